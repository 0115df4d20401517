// Loads other npm packages for the same protocol (wechat, wechat-crypto). They have no types, and
// only their public functions are used.
import { createServer, type RequestListener } from 'node:http'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import type { TestContext } from 'node:test'
import type express from 'express'
import type * as Xml2js from 'xml2js'

const load = createRequire(import.meta.url)
const loadForSdk = createRequire(
  resolve(import.meta.dirname, '../../../packages/wechat-api-ts/package.json'),
)

export type TheirFields = Record<string, unknown>
type TheirRequest = express.Request & { weixin: TheirFields }
type TheirResponse = express.Response & {
  reply: (content: unknown) => void
  transfer2CustomerService: (kfAccount?: string) => void
}
type Wechat = (
  keys: { token: string; appid: string; encodingAESKey?: string },
  handle: (request: TheirRequest, response: TheirResponse) => void,
) => express.RequestHandler
export type TheirCrypto = {
  getSignature: (timestamp: string, nonce: string, encrypted: string) => string
  encrypt: (text: string) => string
  decrypt: (encrypted: string) => { message: string; id: string }
}

export const wechat = load('wechat') as Wechat
const WxBizMsgCrypt = load('wechat-crypto') as new (
  token: string,
  encodingAesKey: string,
  appid: string,
) => TheirCrypto
export const xml2js = loadForSdk('xml2js') as typeof Xml2js

export const theirCrypto = (token: string, encodingAesKey: string, appid: string) =>
  new WxBizMsgCrypt(token, encodingAesKey, appid)

export async function listen(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export type Posted = { query: string; body: string }

export async function post(url: string, { query, body }: Posted): Promise<string> {
  const response = await fetch(`${url}?${query}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/xml' },
  })
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
  return response.text()
}
