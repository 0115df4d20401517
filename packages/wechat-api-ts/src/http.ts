// Makes an HTTP request. Unlike `fetch`, it can tell whether any byte of the request was sent.
import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { WechatUnreachable } from './errors.ts'

export type Body = { type: string; bytes: Buffer }
export type Request = {
  method: 'GET' | 'POST'
  /** The path of the request together with its query. */
  path: string
  body: Body | null
  /** Calls with pictures, voices or videos get more time and may have larger answers. */
  hasFile: boolean
}
export type Reply = { status: number; contentType: string; bytes: Buffer }
export type Exchange = (request: Request) => Promise<Reply>

const connectWithin = 2000
const callWithin = 8000
export const fileWithin = 60_000
const mostBytes = { call: 8 * 1_048_576, file: 32 * 1_048_576 }

// The highest number of open sockets, for all accounts together. It is so high that accounts whose
// calls hang leave sockets for the healthy ones.
const pool = { keepAlive: true, timeout: 4000, maxSockets: 1024 }
const agents = { http: new HttpAgent(pool), https: new HttpsAgent(pool) }

type RequestState = {
  request: ClientRequest
  body: Buffer | null
  encrypted: boolean
  bytesLeft: boolean
  reason: string | null
}

/**
 * Makes calls to the first base URL. The next one is tried only if no byte was sent to the previous
 * one, because otherwise the call might take effect twice.
 */
export function createExchange(baseUrls: string | readonly string[]): Exchange {
  const bases = [baseUrls].flat().map(checkedBase)
  return async (request) => {
    const until = performance.now() + (request.hasFile ? fileWithin : callWithin)
    for (const [at, base] of bases.entries()) {
      try {
        return await exchange(request, locate(base, request.path), until)
      } catch (error) {
        const mayGoOn =
          error instanceof WechatUnreachable && !error.bytesLeft && at + 1 < bases.length
        if (!mayGoOn) throw error
      }
    }
    throw new TypeError('a base URL is needed')
  }
}

function checkedBase(baseUrl: string): URL {
  const base = new URL(baseUrl)
  const isLoopback = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/.test(base.hostname)
  if (base.protocol === 'https:' || (base.protocol === 'http:' && isLoopback)) return base
  throw new TypeError('the base URL must be https, or http on a loopback address')
}

// A base URL may have a path, for example that of a company's gateway.
function locate(base: URL, path: string): URL {
  return new URL(base.pathname.replace(/\/$/, '') + path, base)
}

export function exchange(asked: Request, url: URL, until: number): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const call = open(asked, url)
    const limit = setTimeout(
      () => {
        stop(call, 'time_out')
      },
      Math.max(until - performance.now(), 0),
    )
    const settle = (act: () => void): void => {
      clearTimeout(limit)
      act()
    }
    const fail = (error: Error): void => {
      settle(() => {
        reject(new WechatUnreachable(call.bytesLeft, call.reason ?? reasonOf(error)))
      })
    }
    call.request.on('error', fail)
    // The SDK never asks to change to another protocol, so a response that does so counts as a
    // failure.
    call.request.on('upgrade', (_response, socket) => {
      socket.destroy()
      fail(new Error('unasked_upgrade'))
    })
    call.request.on('socket', (socket) => {
      sendWhenConnected(call, socket)
    })
    call.request.on('response', (response) => {
      readReply(response, mostBytes[asked.hasFile ? 'file' : 'call']).then((reply) => {
        settle(() => {
          resolve(reply)
        })
      }, fail)
    })
  })
}

function open({ method, body }: Request, url: URL): RequestState {
  const encrypted = url.protocol === 'https:'
  const headers = body ? { 'content-type': body.type, 'content-length': body.bytes.length } : {}
  const request = encrypted
    ? httpsRequest(url, { method, headers, agent: agents.https })
    : httpRequest(url, { method, headers, agent: agents.http })
  return { request, body: body?.bytes ?? null, encrypted, bytesLeft: false, reason: null }
}

// Writes nothing before the connection is established, so a failure until then proves that no byte
// was sent. A reused connection may be closed by the other side at any moment, so after the first
// write nothing is certain.
function sendWhenConnected(call: RequestState, socket: Socket): void {
  const send = (): void => {
    call.bytesLeft = true
    call.request.end(call.body ?? undefined)
  }
  if (call.request.reusedSocket || !socket.connecting) {
    send()
    return
  }
  const limit = setTimeout(() => {
    stop(call, 'connect_time_out')
  }, connectWithin)
  socket.once('close', () => {
    clearTimeout(limit)
  })
  socket.once(call.encrypted ? 'secureConnect' : 'connect', () => {
    clearTimeout(limit)
    if (!call.request.destroyed) send()
  })
}

function stop(call: RequestState, reason: string): void {
  call.reason ??= reason
  call.request.destroy(new Error(reason))
}

async function readReply(response: IncomingMessage, most: number): Promise<Reply> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw new Error('answer_too_large')
    chunks.push(chunk)
  }
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type'] ?? '',
    bytes: Buffer.concat(chunks),
  }
}

// Returns only a short code, because the text of a network error may contain the URL and thereby
// the token.
function reasonOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  return /^[a-z_0-9]{1,30}$/.test(error.message) ? error.message : 'failed'
}
