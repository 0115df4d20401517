// kill -9 at the three moments when an answer and the stored rows could contradict each other.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import Database from 'better-sqlite3'
import { openSimulator } from 'wechat-simulator'
import { testAccount, openHouse, post, signIn, type Actor } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'

type Scene = {
  dir: string
  simulator: string
  customer: Follower
  start: (point: string) => Promise<{ url: string; child: ChildProcess }>
  rows: <T>(query: string) => T[]
}

async function scene(t: { after: (close: () => Promise<void>) => void }): Promise<Scene> {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-crash-'))
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  const first = await openHouse({ dir, simulatorUrl: simulator.url })
  await first.agent('agent1')
  const customer = await follower(first)
  await first.close()
  const children: ChildProcess[] = []
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL')
    await simulator.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const start = async (point: string) => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'crash-child.js'), point, dir, simulator.url, '0'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    children.push(child)
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const url = line.toString().trim()
    await post(`${simulator.url}/sim/accounts`, {
      ...testAccount,
      callbackUrl: `${url}/wechat/${testAccount.appid}`,
    })
    return { url, child }
  }
  const rows = <T>(query: string): T[] => {
    const database = new Database(join(dir, 'kefu.db'), { readonly: true })
    try {
      return database.prepare(query).all() as T[]
    } finally {
      database.close()
    }
  }
  return { dir, simulator: simulator.url, customer, start, rows }
}

void test('a process killed between commit and answer: the repeated push gets the same answer, and nothing is stored twice', async (t) => {
  const { customer, start, rows } = await scene(t)
  const { child } = await start('after-commit')
  const died = once(child, 'exit')
  const pushed = customer.says('你好')
  await died
  const [stored] = rows<{ text: string; delivery: string }>(
    'select text, delivery from message_data where opercode = 6',
  )
  assert.equal(stored?.delivery, 'sending', 'the reply was committed before the process died')
  const again = await start('none')
  const first = await pushed
  const retried = await customer.says('你好', { msgId: first.msgId })
  assert.equal(retried.status, 200)
  assert.deepEqual(rows('select opercode, seq from message_data order by seq'), [
    { opercode: 2, seq: 1 },
    { opercode: 6, seq: 2 },
  ])
  assert.deepEqual(
    (await customer.inbox()).filter((item) => item.type === 'text').map((item) => item.text),
    [stored.text],
  )
  await eventually(() => {
    assert.deepEqual(rows('select state from outbox'), [{ state: 'sent' }])
  })
  again.child.kill('SIGTERM')
})

async function reply(url: string): Promise<{ agent: Actor; id: string }> {
  const agent = await signIn(url, 'agent1')
  const claimed = await agent.call('POST', '/api/sessions/claim', {})
  assert.equal(claimed.status, 200)
  await agent
    .call('POST', `/api/sessions/${claimed.body.id}/messages`, {
      clientMsgId: 'one',
      type: 'text',
      text: '在的',
    })
    .catch(() => undefined)
  return { agent, id: claimed.body.id }
}

for (const [point, arrived] of [
  ['before-send', 0],
  ['after-send', 1],
] as const) {
  void test(`a process killed ${point} while it holds the lease of a reply: the reply becomes unknown and is not sent again automatically`, async (t) => {
    const { customer, start, rows, simulator } = await scene(t)
    const { url, child } = await start(point)
    await customer.says('在吗')
    const died = once(child, 'exit')
    await reply(url)
    await died
    assert.deepEqual(rows("select state from outbox where way = 'api'"), [{ state: 'sending' }])

    await post(`${simulator}/sim/clock`, { advanceMs: 30_000 })
    const second = await start('none')
    await eventually(() => {
      assert.deepEqual(rows("select state from outbox where way = 'api'"), [{ state: 'unknown' }])
    })
    assert.equal((await customer.inbox()).filter((item) => item.way === 'custom').length, arrived)
    const agent = await signIn(second.url, 'agent1')
    const again = await agent.call(
      'POST',
      `/api/sessions/${(await agent.call('GET', '/api/sessions?state=active&mine=true')).body.items[0].id}/messages`,
      { clientMsgId: 'one', type: 'text', text: '在的' },
    )
    assert.equal(again.status, 202, "the client's own retry answers the same message")
    assert.equal(again.body.message.delivery.state, 'unknown')
    assert.equal(rows('select * from message_data where opercode = 1').length, 1)
  })
}
