import { hash, timingSafeEqual } from 'node:crypto'

// The parts of a signature are sorted by their bytes, as WeChat does. A locale-dependent or numeric
// order would give a different digest.
export function signature(parts: string[]): string {
  return hash('sha1', [...parts].sort().join(''))
}

export function sameSignature(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/**
 * The value of a parameter that occurs exactly once, otherwise null: with two values, two readers
 * might believe different ones.
 */
export function single(query: URLSearchParams, name: string): string | null {
  const values = query.getAll(name)
  return values.length === 1 ? (values[0] ?? null) : null
}

/**
 * Checks the `signature` in the query of a GET check or of a push in plain mode. It does not cover
 * the body.
 */
export function verifyQuery(token: string, query: URLSearchParams): boolean {
  const given = single(query, 'signature')
  const timestamp = single(query, 'timestamp')
  const nonce = single(query, 'nonce')
  if (!token || given === null || timestamp === null || nonce === null) return false
  return sameSignature(given, signature([token, timestamp, nonce]))
}

/**
 * Whether the timestamp in the query is at most this many seconds away from now. In plain mode the
 * signature does not cover the body, so somebody who saw one signed URL could otherwise post
 * anything with it for ever.
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
