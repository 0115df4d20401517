// The SDK as its users get it: packed, installed into an empty project, compiled with its types,
// and run on every supported Node version.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { signature } from 'wechat-api-ts'
import { fakeWechat, json } from '../wechat/fake-wechat.ts'
import { openStranger, type Node } from './stranger.ts'

const program = `import { createServer } from 'node:http'
import { createClient, webhook } from 'wechat-api-ts'

const account = { appid: 'wx0123456789abcdef', token: 'token', encodingAesKey: null, mode: 'plain' } as const
const client = createClient({ appid: account.appid, secret: 'secret', baseUrl: process.argv[2] ?? '' })
const door = webhook(account, async (inbound) => {
  await client.custom.typing({ touser: inbound.openid, command: 'Typing' })
  return inbound.kind === 'text' ? \`您说：\${inbound.content}\` : null
})
const server = createServer((request, response) => { void door(request, response) })
server.listen(0, '127.0.0.1', () => { console.log(process.version, JSON.stringify(server.address())) })
`
const wrong = `import { createClient } from 'wechat-api-ts'

// @ts-expect-error a message has an addressee
void createClient({ appid: '', secret: '' }).custom.send({ msgtype: 'text', text: { content: '' } })
`

test(
  'the packed SDK installs into an empty project, where ten lines with types compile and run on Node 20, 22 and 24',
  { timeout: 600_000 },
  async (t) => {
    const { dir, files, dependencies, nodes, compile } = await openStranger(t, 'wechat-api-ts')
    assert.deepEqual(
      files.filter((file) => !/^(dist|src)\/[\w/-]+\.(d\.ts|js|js\.map|ts)$/.test(file)).sort(),
      ['LICENSE', 'README.md', 'README.zh-CN.md', 'package.json'],
    )
    assert.deepEqual(dependencies, ['xml2js'])
    assert.equal(await compile({ 'program.ts': program, 'wrong.ts': wrong }), '')
    for (const node of nodes) {
      await t.test(`the packed SDK runs on Node ${node.major}`, (one) =>
        converse(one, node, join(dir, 'out/program.js')),
      )
    }
  },
)

async function converse(t: TestContext, { binary, major }: Node, script: string): Promise<void> {
  const { url, asked } = await fakeWechat(t, ({ path }, response) => {
    json(
      response,
      path.endsWith('/stable_token')
        ? { access_token: 'T1', expires_in: 7200 }
        : { errcode: 0, errmsg: 'ok' },
    )
  })
  const child = spawn(binary, [script, url], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(async () => {
    const ended = once(child, 'exit')
    child.kill()
    await ended
  })
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  const [version = '', address = ''] = said.toString().split(' ')
  assert.ok(version.startsWith(`v${major}.`), version)

  const [timestamp, nonce] = [String(Math.floor(Date.now() / 1000)), '42']
  const query = new URLSearchParams({
    timestamp,
    nonce,
    signature: signature(['token', timestamp, nonce]),
  }).toString()
  const answer = await fetch(
    `http://127.0.0.1:${(JSON.parse(address) as { port: number }).port}/?${query}`,
    {
      method: 'POST',
      body: '<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>好</Content><MsgId>1</MsgId></xml>',
    },
  )
  assert.match(await answer.text(), /您说：好/)
  assert.deepEqual(
    asked.map(({ path, body }) => [path.split('/').at(-1), body.touser]),
    [
      ['stable_token', undefined],
      ['typing', 'o1'],
    ],
  )
}
