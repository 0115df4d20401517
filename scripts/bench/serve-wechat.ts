// A server to compare kefu with: the npm package wechat under express. It checks the signature,
// reads the XML, decrypts, answers a text, and stores nothing.
import { createServer } from 'node:http'
import express from 'express'
import { benchAccount } from './pushes.ts'
import { tellUrl } from './serve.ts'
import { wechat } from './wechat.ts'

const app = express()
const keys = {
  token: benchAccount.token,
  appid: benchAccount.appid,
  encodingAESKey: benchAccount.encodingAesKey,
}
app.use(
  `/wechat/${benchAccount.appid}`,
  wechat(keys, (_request, response) => {
    response.reply('您好，客服马上就来。')
  }),
)
tellUrl(createServer(app), () => Promise.resolve())
