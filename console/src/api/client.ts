// Calls the HTTP API. A call can fail in two ways: the server refuses it, or no answer arrives.
import type { Failure } from 'kefu-wire'

/**
 * The fields of an error. All of them are optional, because a proxy in front of the server may
 * answer with other JSON.
 */
type Told = Partial<Failure['error']>

/** The server answered with an error. */
export class Refusal extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string
  readonly retryAfter: number

  constructor(response: Response, error: Told) {
    super(error.message ?? '')
    this.status = response.status
    this.code = error.code ?? ''
    this.requestId = error.requestId ?? ''
    this.retryAfter = Number(response.headers.get('retry-after') ?? 0) || 0
  }
}

/** No readable answer arrived, so it is not known whether the call took effect. */
export class NoAnswer extends Error {}

let signedOut: () => void = () => undefined

export function onSignedOut(then: () => void) {
  signedOut = then
}

// eslint-disable-next-line max-params -- a file has its own type
export async function call<T>(
  method: string,
  path: string,
  body?: unknown,
  type = 'application/json',
): Promise<T> {
  const init: RequestInit = {
    method,
    credentials: 'same-origin',
    cache: 'no-store',
    signal: AbortSignal.timeout(15_000),
  }
  if (method !== 'GET') {
    init.headers = { 'content-type': type }
    init.body = body instanceof File ? body : JSON.stringify(body ?? {})
  }
  const response = await fetch(`/api${path}`, init).catch((error: unknown) => {
    throw new NoAnswer('no answer', { cause: error })
  })
  if (response.status === 204) return null as T
  const answer: unknown = await response.json().catch(() => undefined)
  if (!response.ok) throw refusalFrom(response, answer, path)
  if (answer === undefined) throw new NoAnswer('unreadable answer')
  return answer as T
}

function refusalFrom(response: Response, answer: unknown, path: string) {
  const { error } = (answer ?? {}) as { error?: Told }
  if (response.status === 401 && path !== '/login' && path !== '/me') signedOut()
  return new Refusal(response, error ?? {})
}

export function withQuery(path: string, query: Record<string, string | number | null | undefined>) {
  const given = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== '',
  )
  const asked = new URLSearchParams(given.map(([name, value]) => [name, String(value)]))
  return `${path}?${asked.toString()}`
}
