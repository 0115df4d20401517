// The npm package wechat under express: checks the signature, reads the XML, opens the envelope, answers a text, stores nothing.
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from './place.ts'
import { account } from './pushes.ts'
import { tellUrl } from './serve.ts'

type Reply = { reply: (text: string) => void }
type Wechat = (config: object, handle: (request: unknown, response: Reply) => void) => unknown
type Express = () => RequestListener & { use: (path: string, handler: unknown) => void, disable: (name: string) => void }

// the bench's own packages, not the product's
const load = createRequire(join(root, 'scripts/bench/package.json'))
const express = load('express') as Express
const wechat = load('wechat') as Wechat

const app = express()
const keys = { token: account.token, appid: account.appid, encodingAESKey: account.encodingAesKey }
app.use(`/wechat/${account.appid}`, wechat(keys, (_request, response) => { response.reply('您好，客服马上就来。') }))
tellUrl(createServer(app), () => Promise.resolve())
