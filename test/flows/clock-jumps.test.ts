// The database's clock jumps while people talk. No session may end because of it, and nothing may
// stop.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openApp } from '../../src/app.ts'
import { silentLog } from '../../src/log.ts'
import { openHouse, type House } from '../support/app.ts'
import { isCluster } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { makeFolder } from '../support/folder.ts'
import { follower } from '../support/follower.ts'
import { openJumping } from '../support/jumping.ts'
import { presence, sessionOf, setAll } from '../support/seen.ts'

type Ends = { after: (end: () => unknown) => void }

const clockEveryMs = 300
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
const jumps = [
  ['three hours ahead', 3 * hour],
  ['eleven days ahead', 11 * day],
  ['two hours back', -2 * hour],
] as const

async function open(t: Ends): Promise<House> {
  const house = await openHouse({ rules: false, clockEveryMs })
  t.after(() => house.close())
  await setAll(house, {
    queueMinutes: 60,
    waitingMinutes: 60,
    idleCloseMinutes: 60,
    takeBackMinutes: 60,
  })
  return house
}

/** How many ms our time is ahead of the database's, as each process reports it. */
const offs = async (house: House) =>
  [...(await house.metrics()).matchAll(/^kefu_clock_off_seconds (\S+)$/gm)].map(
    ([, seconds]) => Number(seconds) * 1000,
  )
async function jump(house: House, ms: number): Promise<void> {
  house.announce({ logs: [/clock has jumped/] })
  house.jumpTo(ms)
  await eventually(async () => {
    const all = await offs(house)
    assert.equal(all.length, house.urls.length)
    for (const off of all) assert.ok(Math.abs(off + ms) < 10_000, `${off}`)
  })
}

const timers = ['reclaim', 'waiting-timeout', 'queue-timeout', 'idle-close', 'take-back']
type LastRun = { startedAt: string; endedAt: string | null }
type Listed = { items: { name: string; lastRun: LastRun | null }[] }
const ranAt = async ({ admin }: House, names: string[]) =>
  new Map(
    ((await admin.call('GET', '/api/admin/jobs')).body as Listed).items
      .filter(({ name, lastRun }) => names.includes(name) && lastRun?.endedAt)
      .map(({ name, lastRun }) => [name, lastRun?.startedAt]),
  )
/** Moves the clock this far from the start, and waits until each of these jobs has run again. */
async function allRun(house: House, totalMs: number, names = timers): Promise<void> {
  const before = await ranAt(house, names)
  await house.app.advanceTo(totalMs)
  await eventually(async () => {
    const after = await ranAt(house, names)
    for (const name of names) {
      assert.ok((after.get(name) ?? '') > (before.get(name) ?? ''), `${name} has not run`)
    }
  }, 'movedClock')
}

for (const [words, ms] of jumps) {
  void test(`when the database's clock jumps ${words}, no session ends or is taken back, nobody is signed out, jobs run and replies leave`, async (t) => {
    const house = await open(t)
    const agent = await house.agent('agent1')
    await presence(agent, 'online')
    const [talking, owed, queued] = [
      await follower(house),
      await follower(house),
      await follower(house),
    ]
    for (const one of [talking, owed]) {
      await one.says('在吗')
      await agent.call('POST', '/api/sessions/claim', {})
    }
    const mine = await sessionOf(house, talking)
    const reply = (text: string, clientMsgId: string) =>
      agent.call('POST', `/api/sessions/${mine.id}/messages`, {
        clientMsgId,
        type: 'text',
        text,
      })
    assert.equal((await reply('在', 'before')).status, 202)
    await queued.says('有人吗')
    const all = [talking, owed, queued]
    const seen = () => Promise.all(all.map((one) => sessionOf(house, one)))
    const told = (list: Awaited<ReturnType<typeof seen>>) =>
      list.map(({ id, stateCode, agentUid, fence, customer }) => [
        id,
        stateCode,
        agentUid,
        fence,
        customer.exclusiveAgentUid,
      ])
    await allRun(house, minute)
    const before = told(await seen())
    assert.deepEqual(
      before.map(([, state]) => state),
      [1, 1, 3],
    )

    await jump(house, ms)
    for (const n of [2, 3, 4]) await allRun(house, n * minute)
    assert.deepEqual(told(await seen()), before)
    assert.equal((await reply('还在', 'after')).status, 202, 'the same sign-in')
    await eventually(async () => {
      assert.ok((await talking.inbox()).some(({ text }) => text === '还在'))
    })
    const { status, body } = await agent.call('POST', '/api/sessions/claim', {})
    assert.deepEqual([status, body.id], [200, before[2]?.[0]], 'who waited can be claimed')
  })
}

void test("after the database's clock has gone back two hours, a queued session ends when its time has really passed", async (t) => {
  const house = await open(t)
  const queued = await follower(house)
  await queued.says('有人吗')
  await jump(house, -2 * hour)
  await allRun(house, 59 * minute)
  assert.equal((await sessionOf(house, queued)).stateCode, 3)
  await allRun(house, 61 * minute)
  await eventually(async () => {
    assert.equal((await sessionOf(house, queued)).stateCode, -3)
  }, 'movedClock')
})

void test(
  "a process that starts after a jump of the database's clock uses the time of the running processes",
  { skip: !isCluster && 'one process only' },
  async (t) => {
    const house = await open(t)
    await jump(house, 3 * hour)
    const jumping = openJumping(3 * hour)
    const third = await openApp(house.config, {
      wrapStore: jumping.wrapStore,
      clockEveryMs,
      log: silentLog,
      withoutCron: true,
    })
    t.after(() => third.close())
    const differs = third.ports.clock.now() - house.app.ports.clock.now()
    assert.ok(Math.abs(differs) < 2000, `${differs} ms`)
  },
)

void test(
  "after a restart with the database's clock set back two hours, jobs run and the product's time does not go back",
  { skip: isCluster && 'its store ends with the house' },
  async (t) => {
    const dir = makeFolder('clock')
    const before = await openHouse({ rules: false, clockEveryMs, dir })
    const customer = await follower(before)
    await customer.says('有人吗')
    const given = before.app.ports.clock.now()
    await before.close()

    const after = await openHouse({ rules: false, clockEveryMs, dir, jumpedMs: -2 * hour })
    t.after(() => after.close())
    after.announce({ logs: [/clock has jumped/] })
    assert.ok(after.app.ports.clock.now() > given)
    await allRun(after, minute)
  },
)

void test(
  'if the time goes back at a start, runs of jobs that are recorded in the future do not block later runs',
  { skip: isCluster && 'its store ends with the house' },
  async (t) => {
    const dir = makeFolder('clock')
    // without CLOCK_URL the moved clock is forgotten when its process ends, so for the next process
    // the recorded runs of jobs are in the future
    const before = await openHouse({ rules: false, dir })
    const slow = ['media-rescue', 'reread']
    await allRun(before, 2 * hour, slow)
    await before.close()

    const after = await openHouse({ rules: false, dir })
    t.after(() => after.close())
    await allRun(after, 2 * hour, slow)
  },
)
