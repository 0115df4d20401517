// The product while Redis loses its data, hangs or has died: the order of the queue is kept and
// work continues.
import assert from 'node:assert/strict'
import test from 'node:test'
import { Redis } from 'ioredis'
import { laneList } from '../../rules/session/queue-list.ts'
import { startRedis } from '../../scripts/services/redis.ts'
import { reconcileQueue } from '../../src/actions/jobs/queue-reconcile.ts'
import { selfCheck } from '../../src/actions/self-check/self-check.ts'
import type { WaitingQueue } from '../../src/ports.ts'
import { openHouse, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { commonOf } from '../support/seen.ts'

async function queueUp(house: House, howMany: number): Promise<string[]> {
  const order: string[] = []
  for (let at = 0; at < howMany; at += 1) {
    const customer = await follower(house)
    await customer.says('你好')
    order.push(customer.openid)
  }
  return order
}

const companyOf = async (house: House) =>
  (await house.app.ports.store.read.companies.list())[0]!.company_id

void test('after FLUSHALL claims continue in queue order, and the queue index is exact within 5 s', async (t) => {
  const service = await startRedis()
  t.after(() => service.stop())
  const raw = new Redis(service.ports[0]!, '127.0.0.1')
  t.after(() => {
    raw.disconnect()
  })
  const house = await openHouse({ rules: false, settings: { REDIS_URL: service.url } })
  t.after(() => house.close())
  const agent = await house.agent('claimer', { capacity: 100 })
  const order = await queueUp(house, 30)

  const claimed: string[] = []
  for (let at = 0; at < 20; at += 1) {
    if (at % 5 === 2) await raw.flushall()
    claimed.push((await agent.call('POST', '/api/sessions/claim', {})).body.customer.openid)
  }
  assert.deepEqual(claimed, order.slice(0, 20))

  await raw.flushall()
  const flushed = performance.now()
  const companyId = await companyOf(house)
  const lane = await commonOf(house)
  await eventually(async () => {
    const heads = await house.app.ports.queue.heads(companyId, [lane], 50)
    const rows = await house.app.ports.store.read.lanes.heads(companyId, lane, 50)
    assert.deepEqual(
      heads,
      rows.map((row) => ({ id: row.session_id, lane: row.lane, rank: row.rank })),
    )
    assert.equal(heads.length, 10)
  }, 'queueIndex')
  assert.ok(performance.now() - flushed < 5000)
})

void test('a queue index of which a list cannot be read is not taken for repaired, and the self-check does not call it exact', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  await queueUp(house, 3)
  const { ports } = house.app
  const companyId = await companyOf(house)
  const lane = laneList(await commonOf(house))
  const rest = await ports.queue.members(companyId, lane)
  assert.equal(rest?.size, 3)
  await ports.queue.move(
    companyId,
    [...rest.keys()].map((id) => ({ id, from: lane, to: null })),
  )
  let completed = 0
  const silent: WaitingQueue = {
    ...ports.queue,
    sums: async () => ({ whole: true, epoch: 'e', lists: new Map() }),
    members: async () => null,
    complete: async () => {
      completed += 1
    },
  }
  const building = { ...silent, sums: async () => ({ whole: false, epoch: 'e', lists: new Map() }) }
  assert.deepEqual(await reconcileQueue({ ...ports, queue: building }, companyId), {
    added: 0,
    removed: 0,
  })
  assert.equal(completed, 0)
  const { promises } = await selfCheck({ ...ports, queue: silent }, companyId)
  const index = promises.find(({ id }) => id === 'P15')
  assert.doesNotMatch(index?.detail ?? '', /holds what is queued/)

  assert.deepEqual(await reconcileQueue(ports, companyId), { added: 3, removed: 0 })
})

void test('while Redis is frozen or killed, pushes, claims, replies and sign-outs continue', async (t) => {
  const service = await startRedis()
  t.after(() => service.stop())
  const house = await openHouse({ rules: false, settings: { REDIS_URL: service.url } })
  t.after(() => house.close())
  const agent = await house.agent('claimer', { capacity: 100 })

  for (const [goes, comes] of [
    ['pause', 'resume'],
    ['kill', 'restart'],
  ] as const) {
    service[goes]()
    const customer = await follower(house)
    const said = await customer.says(goes)
    assert.deepEqual([said.attempts, said.status], [1, 200])
    const session = (await agent.call('POST', '/api/sessions/claim', {})).body
    assert.equal(session.customer.openid, customer.openid)
    assert.equal(
      (
        await agent.call('POST', `/api/sessions/${session.id}/messages`, {
          clientMsgId: goes,
          type: 'text',
          text: '在',
        })
      ).status,
      202,
    )
    await eventually(async () => {
      assert.ok((await customer.inbox()).some((item) => item.way === 'custom'))
    })
    assert.equal(
      (await agent.call('GET', `/api/sessions/${session.id}/messages`)).body.items.length,
      2,
    )
    const other = await house.agent(`away-${goes}`)
    assert.equal((await other.call('GET', '/api/me')).status, 200)
    assert.equal((await other.call('POST', '/api/logout', {})).status, 200)
    assert.equal((await other.call('GET', '/api/me')).status, 401)
    await service[comes]()
    assert.equal((await other.call('GET', '/api/me')).status, 401)
  }

  const order = await queueUp(house, 3)
  await eventually(async () => {
    assert.equal(
      (await house.app.ports.queue.heads(await companyOf(house), [await commonOf(house)], 5))
        ?.length,
      order.length,
    )
  }, 'queueIndex')
})
