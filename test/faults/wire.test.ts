// The connection to WeChat breaks at the worst moment, or the answer tells nothing. A reply that
// may have been delivered is unknown, and nothing arrives twice unless a person sends it again.
import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openSimulator } from 'wechat-simulator'
import { testAccount, openHouse, post, signIn, type Actor } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'
import { openRig, sentTo, type Cut, type Rig } from '../support/rig.ts'

type Ends = { after: (end: () => Promise<void>) => void }
type Scene = {
  rig: Rig
  simulator: string
  customer: Follower
  agent: Actor
  id: string
  advance: (ms: number) => Promise<void>
  reply: (text: string) => Promise<any>
}

async function scene(t: Ends): Promise<Scene> {
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  const rig = await openRig(simulator.url)
  const house = await openHouse({
    rules: false,
    alone: true,
    simulatorUrl: simulator.url,
    settings: { WECHAT_API_BASE: rig.url },
  })
  house.announce({ logs: ['a reply did not simply arrive'] })
  t.after(async () => {
    await rig.close()
    await house.close()
    await simulator.close()
  })
  const customer = await follower(house)
  await customer.says('在吗')
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  const reply = async (text: string) =>
    (
      await agent.call('POST', `/api/sessions/${id}/messages`, {
        clientMsgId: text,
        type: 'text',
        text,
      })
    ).body.message
  // the first reply fetches a token and tests the connection, so that later only the message itself
  // is hit by the failure
  await reply('before')
  await eventually(async () => {
    assert.deepEqual(
      (await customer.inbox()).map((item) => item.text),
      ['before'],
    )
  })
  let total = 0
  return {
    rig,
    simulator: simulator.url,
    customer,
    agent,
    id,
    reply,
    advance: (ms) => house.app.advanceTo((total += ms)),
  }
}

type Line = {
  text: string
  direction: string
  delivery?: { state: string; why?: string; explanation?: string }
}
const linesOf = async ({ agent, id }: Scene) =>
  (await agent.call('GET', `/api/sessions/${id}/messages`)).body.items as Line[]
const states = async (at: Scene) =>
  Object.fromEntries(
    (await linesOf(at))
      .filter((line) => line.direction === 'out')
      .map(({ text, delivery }) => [text, delivery?.state]),
  )
const timesOnPhone = async ({ customer }: Scene, text: string) =>
  (await customer.inbox()).filter((item) => item.text === text).length

const cuts: [cut: Cut, arrived: number][] = [
  ['reset', 0],
  ['resetAfter', 1],
  ['silence', 1],
  ['half', 1],
  ['html', 0],
  ['busy', 0],
]
for (const [cut, arrived] of cuts) {
  void test(`if it is not certain whether WeChat took a reply (${cut}), the reply is unknown, the next one is sent after it, and only a person sends it again`, async (t) => {
    const at = await scene(t)
    await at.rig.arm(cut)
    const doubtful = await at.reply('doubtful')
    await at.reply('next')
    await eventually(async () => {
      assert.deepEqual(await states(at), { before: 'sent', doubtful: 'unknown', next: 'sent' })
    })
    assert.equal(at.rig.struck(), 1)
    assert.equal(await timesOnPhone(at, 'doubtful'), arrived)
    await at.advance(15 * 60_000)
    await eventually(async () => {
      assert.equal((await at.agent.call('GET', '/api/me')).status, 200)
    })
    const sent = await sentTo(at.simulator)
    assert.equal(
      sent.filter((one) => one.text === 'doubtful').length,
      arrived,
      'it was not sent again by itself',
    )
    assert.deepEqual(sent.filter((one) => one.text === 'next').length, 1)

    const resent = await at.agent.call('POST', `/api/messages/${doubtful.id}/resend`, {})
    assert.equal(resent.status, 202)
    await eventually(async () => {
      assert.equal(await timesOnPhone(at, 'doubtful'), arrived + 1)
    })
  })
}

void test('while WeChat refuses connections, a reply is tried again until it arrives once, and the replies behind it follow in order', async (t) => {
  const at = await scene(t)
  await at.rig.arm('refuse')
  for (const text of ['one', 'two', 'three']) await at.reply(text)
  await eventually(async () => {
    assert.equal((await states(at))['one'], 'pending')
  })
  for (const ms of [2000, 4000]) {
    await at.advance(ms)
    await eventually(async () => {
      assert.equal((await states(at))['one'], 'pending')
    })
  }
  await at.rig.mend()
  await at.advance(60_000)
  await eventually(async () => {
    assert.deepEqual(await states(at), { before: 'sent', one: 'sent', two: 'sent', three: 'sent' })
  })
  assert.deepEqual(
    (await sentTo(at.simulator)).map((one) => one.text),
    ['before', 'one', 'two', 'three'],
  )
})

void test('if WeChat refuses connections for ten minutes, the reply fails and is given back to the reply window', async (t) => {
  const at = await scene(t)
  await at.rig.arm('refuse')
  await at.reply('late')
  await eventually(async () => {
    assert.equal((await states(at))['late'], 'pending')
  })
  await at.advance(11 * 60_000)
  await eventually(async () => {
    assert.equal((await states(at))['late'], 'failed')
  })
  const late = (await linesOf(at)).find((line) => line.text === 'late')
  assert.equal(late?.delivery?.why, 'wechat_away')
  assert.match(late.delivery.explanation ?? '', /无法连接微信.* \/ .*could not be reached/)
  assert.equal((await at.agent.call('GET', `/api/sessions/${at.id}`)).body.window.remaining, 4)
  await at.rig.mend()
  assert.deepEqual(
    (await sentTo(at.simulator)).map((one) => one.text),
    ['before'],
  )
})

void test('after kill -9 while WeChat has a message and has not answered, the reply is unknown and never sent again automatically', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-wire-'))
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  const rig = await openRig(simulator.url)
  const first = await openHouse({ dir, alone: true, rules: false, simulatorUrl: simulator.url })
  await first.agent('agent1')
  const customer = await follower(first)
  await first.close()
  const children: ChildProcess[] = []
  t.after(async () => {
    for (const child of children) child.kill('SIGKILL')
    await rig.close()
    await simulator.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const start = async () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'crash-child.js'), 'none', dir, rig.url, '0'],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    children.push(child)
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    const url = line.toString().trim()
    await post(`${simulator.url}/sim/accounts`, {
      ...testAccount,
      callbackUrl: `${url}/wechat/${testAccount.appid}`,
    })
    return { child, agent: await signIn(url, 'agent1') }
  }
  const before = await start()
  await customer.says('在吗')
  const { id } = (await before.agent.call('POST', '/api/sessions/claim', {})).body
  const say = (agent: Actor, text: string) =>
    agent.call('POST', `/api/sessions/${id}/messages`, { clientMsgId: text, type: 'text', text })
  await say(before.agent, 'warm')
  await eventually(async () => {
    assert.equal((await customer.inbox()).length, 1)
  })
  await rig.arm('silence')
  await say(before.agent, 'doubtful')
  await say(before.agent, 'behind')
  await eventually(() => {
    assert.equal(rig.struck(), 1)
  })
  before.child.kill('SIGKILL')
  await once(before.child, 'exit')

  await post(`${simulator.url}/sim/clock`, { advanceMs: 60_000 })
  const after = await start()
  const lines = async () =>
    (await after.agent.call('GET', `/api/sessions/${id}/messages`)).body.items
      .slice(1)
      .map((line: { text: string; delivery: { state: string } }) => [
        line.text,
        line.delivery.state,
      ])
  await eventually(async () => {
    assert.deepEqual(await lines(), [
      ['warm', 'sent'],
      ['doubtful', 'unknown'],
      ['behind', 'sent'],
    ])
  })
  assert.deepEqual(
    (await sentTo(simulator.url)).map((one) => one.text),
    ['warm', 'doubtful', 'behind'],
  )
})
