// Reads requests and writes responses for the webhook, independent of the framework (such as
// Express) around it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { badXml, WechatInputError } from './errors.ts'
import type { PushFormat } from './fields.ts'

/** A request as Node's http server or Express pass it; a body parser may have added `body`. */
export type WebhookRequest = IncomingMessage & { body?: unknown; rawBody?: unknown }

const mostBytes = 1_048_576

export function queryOf(request: IncomingMessage): URLSearchParams {
  const url = request.url ?? ''
  const mark = url.indexOf('?')
  return new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1))
}

/** Returns the body as text, also if a parser has already read it as text or bytes. */
export async function bodyOf(request: WebhookRequest): Promise<string> {
  const parsed = request.rawBody ?? request.body
  if (typeof parsed === 'string') return parsed
  if (parsed instanceof Uint8Array) return Buffer.from(parsed).toString()
  if (request.readableDidRead) {
    throw new TypeError('a body parser took the push: mount the webhook before it')
  }
  return readAll(request)
}

function readAll(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > mostBytes) {
        request.pause()
        reject(badXml('too large'))
      }
      chunks.push(chunk)
    })
    request.once('end', () => {
      resolve(Buffer.concat(chunks).toString())
    })
    request.once('error', reject)
    request.once('close', () => {
      reject(new Error('the sender went away'))
    })
  })
}

/** Returns the promise's value, or undefined if it takes longer than `ms`. */
export async function inTime<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const alarm = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
  })
  try {
    return await Promise.race([promise, alarm])
  } finally {
    clearTimeout(timer)
  }
}

export function end(
  response: ServerResponse,
  status: number,
  answer: string | { body: string; format: PushFormat },
): void {
  if (response.headersSent || response.destroyed) return
  const [type, body] =
    typeof answer === 'string'
      ? ['text/plain', answer]
      : [`application/${answer.format}`, answer.body]
  // A refused request may not have been read to its end. Closing the connection spares us from
  // waiting for the unread part.
  if (status >= 400) response.shouldKeepAlive = false
  response
    .writeHead(status, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Length': Buffer.byteLength(body),
      'X-Content-Type-Options': 'nosniff',
    })
    .end(body)
}

/** A push that the handler failed to process is answered 500, so that WeChat delivers it again. */
export function endWithError(response: ServerResponse, error: unknown): void {
  if (!(error instanceof WechatInputError)) {
    end(response, 500, 'error')
    return
  }
  end(response, error.code === 'bad_signature' ? 403 : 400, error.code)
}

/**
 * Anybody can send invalid requests, so they are not worth a warning; every other failure is
 * reported by one.
 */
export function warn(error: unknown): void {
  if (!(error instanceof WechatInputError)) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
