import { hash, timingSafeEqual } from 'node:crypto'

// The platform sorts by plain bytes; localeCompare or a numeric order gives another digest.
export function signature(parts: string[]): string {
  return hash('sha1', [...parts].sort().join(''))
}

export function sameSignature(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** The value of a parameter that appears exactly once, else null. */
export function single(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name)
  return values.length === 1 ? (values[0] ?? null) : null
}

/** For the GET check and for plain pushes. It does not cover the body. */
export function verifyQuery(token: string, query: URLSearchParams): boolean {
  const given = single(query, 'signature')
  const timestamp = single(query, 'timestamp')
  const nonce = single(query, 'nonce')
  if (!token || given === null || timestamp === null || nonce === null) return false
  return sameSignature(given, signature([token, timestamp, nonce]))
}

/**
 * Whether the query's timestamp is at most so many seconds from now. The signature of a plain push does not cover its body: who
 * sees one signed URL may post anything with it for as long as this lets them.
 */
export function isFresh(
  query: URLSearchParams,
  seconds: number,
  now: number = Date.now() / 1000,
): boolean {
  const timestamp = single(query, 'timestamp') ?? ''
  return (
    seconds === Infinity ||
    (/^[0-9]{1,12}$/.test(timestamp) && Math.abs(now - Number(timestamp)) <= seconds)
  )
}
