import type { IncomingMessage, ServerResponse } from 'node:http'

export type Body = Record<string, unknown>
export type Exchange = { request: IncomingMessage; response: ServerResponse; url: URL }

class Failure extends Error {
  readonly status: number
  readonly code: string
  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export function failWith(status: number, code: string, message: string): Error {
  return new Failure(status, code, message)
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function textOf(body: Body, name: string): string {
  const value = body[name]
  if (!isText(value)) {
    throw failWith(400, 'invalid_input', `${name} must be a text that is not empty`)
  }
  return value
}

export function optionalText(body: Body, name: string): string | null {
  return isText(body[name]) ? body[name] : null
}

export function isKnown<Name extends string>(
  names: readonly Name[],
  value: unknown,
): value is Name {
  return names.includes(value as Name)
}

/** The largest body that a request may have. It is enough for a video of 10 MB in base64. */
const largest = 16 * 1_048_576

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > largest) throw failWith(413, 'too_large', 'bodies may hold 16 MiB')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

export function parseBody(text: string): Body {
  if (text === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw failWith(400, 'invalid_input', 'the body is not JSON')
  }
  if (!isBody(value)) throw failWith(400, 'invalid_input', 'the body must be a JSON object')
  return value
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(value))
}

export function sendFailure(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return
  const known = error instanceof Failure
  if (!known) console.error(error)
  const [status, code] = known ? [error.status, error.code] : [500, 'internal']
  sendJson(response, status, {
    error: { code, message: error instanceof Error ? error.message : String(error) },
  })
}

/**
 * Refuses requests from pages of other sites, including those under a host name that resolves to
 * 127.0.0.1.
 */
export function mayPass(request: IncomingMessage, port: number): boolean {
  const host = request.headers.host ?? ''
  const names = ['localhost', '127.0.0.1', '[::1]']
  const known = names.some((name) => host === `${name}:${port}` || (port === 80 && host === name))
  if (!known) return false
  if (request.method === 'GET' || request.method === 'HEAD') return true
  const { origin } = request.headers
  if (origin !== undefined && origin !== `http://${host}`) return false
  return !['cross-site', 'same-site'].includes(String(request.headers['sec-fetch-site']))
}
