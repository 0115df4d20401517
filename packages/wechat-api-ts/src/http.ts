import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import { WechatUnreachable } from './errors.ts'

export type Answer = { [name: string]: unknown }
export type PostJson = (path: string, body: string) => Promise<Answer>

const connectWithin = 2000
const answerWithin = 8000
const idleFor = 4000
const maxAnswer = 1_048_576

type Call = { request: ClientRequest; body: string; encrypted: boolean; bytesLeft: boolean; reason: string | null }

const agents = {
  http: new HttpAgent({ keepAlive: true, timeout: idleFor, maxSockets: 64 }),
  https: new HttpsAgent({ keepAlive: true, timeout: idleFor, maxSockets: 64 }),
}

export function createPostJson(baseUrl: string): PostJson {
  const base = checkedBase(baseUrl)
  return (path, body) => new Promise((resolve, reject) => {
    const call = open(new URL(path, base), body)
    const limit = setTimeout(() => { stop(call, 'time_out') }, answerWithin)
    const settle = (act: () => void): void => {
      clearTimeout(limit)
      act()
    }
    const fail = (error: Error): void => {
      settle(() => { reject(new WechatUnreachable(call.bytesLeft, call.reason ?? reasonOf(error))) })
    }
    call.request.on('error', fail)
    call.request.on('socket', (socket) => { sendWhenConnected(call, socket) })
    call.request.on('response', (response) => {
      readAnswer(response).then((answer) => { settle(() => { resolve(answer) }) }, fail)
    })
  })
}

function checkedBase(baseUrl: string): URL {
  const base = new URL(baseUrl)
  const isLoopback = /^(localhost|127(\.[0-9]{1,3}){3}|\[::1\])$/.test(base.hostname)
  if (base.protocol === 'https:' || (base.protocol === 'http:' && isLoopback)) return base
  throw new TypeError('the base URL must be https, or http on a loopback address')
}

function open(url: URL, body: string): Call {
  const encrypted = url.protocol === 'https:'
  const headers = { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }
  const request = encrypted
    ? httpsRequest(url, { method: 'POST', headers, agent: agents.https })
    : httpRequest(url, { method: 'POST', headers, agent: agents.http })
  return { request, body, encrypted, bytesLeft: false, reason: null }
}

// Nothing is written before the connection stands, so a failure until then proves that no byte left. A kept socket may have
// been closed by the other side in this very moment: from the first write on nothing is proven.
function sendWhenConnected(call: Call, socket: Socket): void {
  const send = (): void => {
    call.bytesLeft = true
    call.request.end(call.body)
  }
  if (call.request.reusedSocket || !socket.connecting) {
    send()
    return
  }
  const limit = setTimeout(() => { stop(call, 'connect_time_out') }, connectWithin)
  socket.once('close', () => { clearTimeout(limit) })
  socket.once(call.encrypted ? 'secureConnect' : 'connect', () => {
    clearTimeout(limit)
    if (!call.request.destroyed) send()
  })
}

function stop(call: Call, reason: string): void {
  call.reason ??= reason
  call.request.destroy(new Error(reason))
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxAnswer) throw new Error('answer_too_large')
    chunks.push(chunk)
  }
  const status = response.statusCode ?? 0
  if (status >= 500) throw new Error(`http_${status}`)
  return parseAnswer(Buffer.concat(chunks).toString('utf8'))
}

function parseAnswer(text: string): Answer {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new Error('not_json')
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Error('not_json')
  return parsed as Answer
}

// Only short words go on: the text of a network error may carry the URL, and the URL carries the token.
function reasonOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  return /^[a-z_0-9]{1,30}$/.test(error.message) ? error.message : 'failed'
}
