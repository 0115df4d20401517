// The simulator as its users get it: packed, installed into an empty project, started by its
// command, and used over HTTP alone.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import test, { type TestContext } from 'node:test'
import { openStranger, type Node } from './stranger.ts'

const program = `import { eventNames, faultKinds, openSimulator, sample, type LedgerItem } from 'wechat-simulator'

const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null, timing: { deadlineMs: 50 } })
const ledger = (await (await fetch(simulator.url + '/sim/ledger')).json()) as { items: LedgerItem[] }
if (sample('cat.jpg').length === 0 || !eventNames.includes('scan') || !faultKinds.includes('slow')) throw new Error('empty')
console.log(ledger.items.length)
await simulator.close()
`
const wrong = `import { openSimulator } from 'wechat-simulator'

// @ts-expect-error where it listens is said
await openSimulator({ dataDir: null })
`

test(
  'the packed simulator installs into an empty project, starts by its command, and answers on Node 20, 22 and 24',
  { timeout: 600_000 },
  async (t) => {
    const { dir, files, dependencies, nodes, compile } = await openStranger(t, 'wechat-simulator')
    const code = /^(dist|src)\/[\w/-]+\.(d\.ts|js|js\.map|ts)$/
    const shown = /^(page\/[\w-]+\.(html|css|js)|samples\/\w+\.(jpg|mp4|amr))$/
    assert.deepEqual(files.filter((file) => !code.test(file) && !shown.test(file)).sort(), [
      'LICENSE',
      'README.md',
      'README.zh-CN.md',
      'package.json',
    ])
    assert.deepEqual(dependencies, ['qr'])
    assert.equal(await compile({ 'program.ts': program, 'wrong.ts': wrong }), '')
    for (const node of nodes) {
      await t.test(`the packed simulator runs on Node ${node.major}`, (one) =>
        converse(one, node, dir),
      )
    }
  },
)

async function converse(t: TestContext, { binary, major }: Node, dir: string): Promise<void> {
  const opened = spawn(binary, [join(dir, 'out/program.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [lines] = (await once(createInterface(opened.stdout), 'line')) as [string]
  assert.equal(lines, '0', 'opened by a program, its ledger is empty')

  const dataDir = join(dir, `data-${major}`)
  const { url, end } = await start(t, binary, { dir, dataDir })
  const phone = await fetch(url)
  assert.equal(phone.headers.get('content-type'), 'text/html; charset=utf-8')
  for (const [, file] of (await phone.text()).matchAll(/(?:src|href)="\/?([\w-]+\.(?:js|css))"/g)) {
    assert.equal((await fetch(`${url}/${file ?? ''}`)).status, 200, file)
  }
  const { account, openid } = await register(t, url)
  const written = await ask(`${url}/sim/followers/${openid}/send`, { ...account, type: 'image' })
  assert.deepEqual([written.attempts, written.status], [1, 200], 'a picture is pushed and accepted')
  const { access_token: token } = await ask(
    `${url}/cgi-bin/token?grant_type=client_credential&appid=${account.appid}&secret=s`,
  )
  const sent = await ask(`${url}/cgi-bin/message/custom/send?access_token=${String(token)}`, {
    touser: openid,
    msgtype: 'text',
    text: { content: '您好' },
  })
  assert.equal(sent.errcode, 0)
  const { items } = await ask(`${url}/sim/followers/${openid}/inbox?appid=${account.appid}`)
  assert.deepEqual(
    (items as { text?: string }[]).map(({ text }) => text),
    ['您好'],
  )
  assert.equal(await end(), 0, 'a SIGTERM ends it well')
  assert.ok(existsSync(join(dataDir, 'simulator/ledger.jsonl')))
}

type Place = { dir: string; dataDir: string }

async function start(t: TestContext, binary: string, { dir, dataDir }: Place) {
  const child = spawn(binary, [join(dir, 'node_modules/.bin/wechat-simulator')], {
    cwd: dir,
    env: { SIMULATOR_PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  t.after(async () => {
    child.kill('SIGKILL')
    await ended
  })
  const [said] = (await once(createInterface(child.stdout), 'line')) as [string]
  const [url = ''] = /http:\/\/\S+/.exec(said) ?? []
  return {
    url,
    end: async () => {
      child.kill('SIGTERM')
      return (await ended)[0] as number | null
    },
  }
}

/** Registers an account whose server accepts every push, and one follower. */
async function register(t: TestContext, url: string) {
  const backend = createServer((request, response) => {
    request.resume().once('end', () => response.end('success'))
  }).listen(0, '127.0.0.1')
  await once(backend, 'listening')
  t.after(() => {
    backend.closeAllConnections()
    backend.close()
  })
  const account = { appid: 'wx1' }
  await ask(`${url}/sim/accounts`, {
    ...account,
    appSecret: 's',
    token: 't',
    encodingAesKey: '',
    mode: 'plain',
    originalId: 'gh_1',
    callbackUrl: `http://127.0.0.1:${(backend.address() as AddressInfo).port}/wechat`,
  })
  const { openid } = await ask(`${url}/sim/followers`, account)
  return { account, openid: openid as string }
}

async function ask(url: string, body?: object): Promise<Record<string, unknown>> {
  const answer = await fetch(url, body ? { method: 'POST', body: JSON.stringify(body) } : {})
  assert.ok(answer.ok, `${url} ${answer.status}`)
  return (await answer.json()) as Record<string, unknown>
}
