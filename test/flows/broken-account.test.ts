// The WeChat of some accounts is broken in every possible way, for sending messages and for
// fetching tokens. All ways are tested at the same time, each with its own account, next to one
// healthy account.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openSimulator, sample } from 'wechat-simulator'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { everyWay, openBrokenWechat, type BrokenWay } from '../support/broken-wechat.ts'
import { eventually } from '../support/eventually.ts'
import { sentTo } from '../support/rig.ts'
import { openAccounts, reply, openTalks, type Talk } from '../support/talks.ts'

const calls = ['/cgi-bin/message/custom/send', '/cgi-bin/stable_token']
const cells = calls.flatMap((path) => everyWay.map((way) => ({ path, way })))
const hangs: BrokenWay[] = ['silent', 'headersOnly', 'drips']
const hanging = ['/cgi-bin/message/custom/send', '/cgi-bin/media/'].flatMap((path) =>
  hangs.map((way) => ({ path, way })),
)
/**
 * For this long, messages that were certainly not delivered are tried again before they are given
 * up.
 */
const givenUpAfterMs = 10 * 60_000
const orderlyMs = 15_000

type Broken = { path: string; way: BrokenWay }
type Cell = Broken & { appid: string; talk: Talk }

const nameOf = ({ path, way }: Cell) => `${way} at ${path}`
const deliveryOf = async (house: House, { talk }: Cell) =>
  (
    await house.rows<{ delivery: string }>(
      'select delivery from message_data where session_id = ? and delivery is not null order by seq',
      [talk.id],
    )
  ).map(({ delivery }) => delivery)

async function openCells(t: { after: (close: () => Promise<void>) => void }, some: Broken[]) {
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  const wechat = await openBrokenWechat(simulator.url)
  const house = await openHouse({
    rules: false,
    simulatorUrl: simulator.url,
    settings: { WECHAT_API_BASE: wechat.url },
  })
  let isOpen = true
  const close = async () => {
    if (isOpen) await house.close()
    isOpen = false
  }
  t.after(async () => {
    await close()
    await wechat.close()
    await simulator.close()
  })
  house.announce({ logs: ['a reply did not simply arrive'] })
  const agent = await house.agent('agent1', { capacity: 1000 })
  const [well = '', ...appids] = await openAccounts(house, 1 + some.length)
  const [healthy] = await openTalks(house, agent, { appid: well, many: 1 })
  const broken: Cell[] = []
  for (const [n, cell] of some.entries()) {
    const appid = appids[n] ?? ''
    const [talk] = await openTalks(house, agent, { appid, many: 1 })
    assert.ok(talk)
    broken.push({ ...cell, appid, talk })
  }
  assert.ok(healthy)
  return { house, agent, wechat, simulator: simulator.url, healthy, broken, close }
}

void test('an account whose WeChat is broken in any way delays no other account; its pushes are stored, its replies end in a visible state, and nothing is sent twice', async (t) => {
  const { house, agent, wechat, simulator, healthy, broken } = await openCells(t, cells)
  for (const { appid, path, way } of broken) wechat.breakFor(appid, { path, way })
  await Promise.all(broken.map(({ talk }) => reply(agent, talk, text('一'))))

  await servesTheOthers(house, agent, healthy)
  const meanwhile = await Promise.all(broken.map((cell) => deliveryOf(house, cell)))
  assert.ok(
    meanwhile.some(([delivery]) => delivery === 'sending'),
    'the premise: some hang meanwhile',
  )
  const pushed = await Promise.all(broken.map(({ talk }) => talk.customer.says('还在吗')))
  assert.deepEqual(
    broken.filter((_, n) => pushed[n]?.status !== 200).map(nameOf),
    [],
    'pushes are stored',
  )

  await eventually(async () => {
    for (const cell of broken) {
      assert.ok(wechat.struck(cell.appid) > 0, `the premise: ${nameOf(cell)}`)
      const [delivery] = await deliveryOf(house, cell)
      assert.notEqual(delivery, 'sending', nameOf(cell))
    }
  })
  await house.app.advanceTo(givenUpAfterMs)
  await eventually(async () => {
    for (const cell of broken) {
      const isSend = cell.path === calls[0]
      const ends = isSend ? ['unknown'] : ['failed']
      assert.deepEqual(await deliveryOf(house, cell), ends, nameOf(cell))
    }
  })
  const shown = await shownOf(house, broken)
  assert.deepEqual(
    shown.filter(({ delivery }) => !delivery.explanation),
    [],
    'what became of each is explained',
  )
  isOnce(await sentTo(simulator))
})

/**
 * Customers write to the healthy account, and an agent claims and answers them, while the WeChat of
 * the other accounts is broken. Every reply must arrive.
 */
async function servesTheOthers(house: House, agent: Actor, healthy: Talk): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    await reply(agent, healthy, text(`在${'的'.repeat(n)}`))
    const [fresh] = await openTalks(house, agent, { appid: healthy.appid, many: 1 })
    assert.ok(fresh)
    await reply(agent, fresh, text('您好'))
  }
  await eventually(async () => {
    const rows = await house.rows<{ delivery: string }>(
      'select delivery from message_data where appid = ? and delivery is not null',
      [healthy.appid],
    )
    assert.deepEqual(rows, Array(6).fill({ delivery: 'sent' }))
  })
}

const text = (words: string) => ({ type: 'text', text: words })

async function shownOf(house: House, broken: Cell[]) {
  const admin = await house.agent('admin')
  return Promise.all(
    broken.map(async ({ talk }) => {
      const { items } = (await admin.call('GET', `/api/sessions/${talk.id}/messages`)).body as {
        items: { direction: string; delivery: { state: string; explanation?: string } }[]
      }
      const line = items.find(({ direction }) => direction === 'out')
      assert.ok(line)
      return line
    }),
  )
}

function isOnce(sent: { openid: string; text: string; delivered: boolean }[]): void {
  const arrived = sent.filter(({ delivered }) => delivered)
  const keys = arrived.map((one) => `${one.openid} ${one.text}`)
  assert.equal(new Set(keys).size, keys.length)
}

void test('a process that is told to end while texts and files of hanging accounts are being sent ends in order within 15 s', async (t) => {
  const { house, agent, wechat, simulator, broken, close } = await openCells(t, hanging)
  const { id } = (await agent.upload(sample('cat.jpg'), 'cat.jpg')).body
  for (const { appid, path, way } of broken) wechat.breakFor(appid, { path, way })
  await Promise.all(
    broken.map(async ({ path, talk }) => {
      const isText = path === calls[0]
      await reply(agent, talk, isText ? text('一') : { type: 'image', mediaId: id })
      if (!isText) await talk.customer.says('', { type: 'image' })
    }),
  )
  await eventually(() => {
    for (const { appid } of broken) assert.ok(wechat.struck(appid) > 0)
  })
  house.announce({ logs: [/./] })
  const began = performance.now()
  await close()
  const ms = performance.now() - began
  assert.ok(ms < orderlyMs, `${ms} ms`)
  isOnce(await sentTo(simulator))
})
