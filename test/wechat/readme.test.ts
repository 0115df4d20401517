// The program in the SDK's README works as printed, and the README in the other language shows the
// same program.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'node:test'
import { decryptMessage, encryptMessage, readXml, signature, textOf } from 'wechat-api-ts'
import { vectors } from './vectors.ts'

const { appid, encodingAESKey, originalId, openid } = vectors.constants
const read = (name: string) =>
  readFileSync(resolve(import.meta.dirname, '../../../packages/wechat-api-ts', name), 'utf8')
const program = (readme: string) =>
  /```ts\n([\s\S]*?)\n```/.exec(readme)?.[1] ?? assert.fail('no program')

test('the ten lines of code in the README answer an encrypted push', async (t) => {
  const lines = program(read('README.md'))
  assert.equal(lines.split('\n').length, 10)
  assert.equal(program(read('README.zh-CN.md')), lines)

  const file = resolve(import.meta.dirname, `readme-${process.pid}.mjs`)
  t.after(() => {
    rmSync(file, { force: true })
  })
  const replaced = lines
    .replace('app.listen(80)', 'export { app }')
    .replace('the 43 characters of the console', encodingAESKey)
    .replace('wx1234567890abcdef', appid)
  writeFileSync(file, replaced)
  const { app } = (await import(pathToFileURL(file).href)) as { app: RequestListener }
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })

  const xml = `<xml><ToUserName>${originalId}</ToUserName><FromUserName>${openid}</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>你好</Content><MsgId>1</MsgId></xml>`
  const encrypted = encryptMessage(encodingAESKey, appid, xml)
  const timestamp = String(Math.floor(Date.now() / 1000))
  const query = new URLSearchParams({
    timestamp,
    nonce: '2',
    encrypt_type: 'aes',
    msg_signature: signature(['my token', timestamp, '2', encrypted]),
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/wechat?${query.toString()}`
  const answer = readXml(
    await (
      await fetch(url, { method: 'POST', body: `<xml><Encrypt>${encrypted}</Encrypt></xml>` })
    ).text(),
  )
  assert.equal(
    textOf(
      readXml(decryptMessage(encodingAESKey, appid, textOf(answer, 'Encrypt')) ?? ''),
      'Content',
    ),
    'You wrote: 你好',
  )
})
