// A WeChat that gives the answers chosen by the test and records what it was asked.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { memoryTokenStore, type TokenStore } from 'wechat-api-ts'

export type Asked = {
  method: string
  path: string
  /** The parameters of a call's query, except the access token, which is compared on its own. */
  query: Record<string, string>
  token: string | null
  type: string
  raw: Buffer
  body: any
}
export type Handler = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void
export type FakeWechat = {
  url: string
  server: Server
  asked: Asked[]
  of: (end: string) => Asked[]
}

export const appid = 'wx1'
export const secret = 'made-up-secret'

export async function fakeWechat(t: TestContext, handle: Handler): Promise<FakeWechat> {
  const asked: Asked[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = read(request, Buffer.concat(chunks))
      asked.push(one)
      handle(one, response, request)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    server,
    asked,
    of: (end) => asked.filter(({ path }) => path.endsWith(end)),
  }
}

function read(request: IncomingMessage, raw: Buffer): Asked {
  const { pathname: path, searchParams } = new URL(request.url ?? '', 'http://x')
  const {
    access_token: plain,
    component_access_token: component,
    ...query
  } = Object.fromEntries(searchParams)
  const type = request.headers['content-type'] ?? ''
  const body: unknown = type.startsWith('application/json') ? JSON.parse(raw.toString()) : null
  return {
    method: request.method ?? '',
    path,
    query,
    token: plain ?? component ?? null,
    type,
    raw,
    body,
  }
}

export function portOf(server: { address: () => unknown }): number {
  return (server.address() as AddressInfo).port
}

/**
 * Sends JSON with the content type of text, as WeChat does, so that a client must not rely on the
 * type.
 */
export function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'text/plain')
  response.end(typeof value === 'string' ? value : JSON.stringify(value))
}

export async function storeWith(token = 'T1', key = appid): Promise<TokenStore> {
  const tokens = memoryTokenStore()
  await tokens.renew(key, async () => ({ token, expiresAt: Date.now() + 7_200_000 }))
  return tokens
}

export const noAnswers: Record<string, Handler> = {
  'a reset after the request': (_asked, _response, request) => {
    request.socket.resetAndDestroy()
  },
  'half an answer': (_asked, response) => {
    response.writeHead(200, { 'content-length': 100 })
    response.write('{"errcode":0', () => response.destroy())
  },
  HTML: (_asked, response) => {
    response.end('<html>')
  },
  'a 502': (_asked, response) => {
    response.writeHead(502).end('{"errcode":0}')
  },
  'a redirect': (_asked, response) => {
    response.writeHead(302, { location: 'https://elsewhere.example' }).end('{"errcode":0}')
  },
  'a list': (_asked, response) => {
    response.end('[]')
  },
  nothing: (_asked, response) => {
    response.end()
  },
  'no errcode': (_asked, response) => {
    response.end('{}')
  },
  'an errcode that is no number': (_asked, response) => {
    response.end('{"errcode":"0"}')
  },
}
