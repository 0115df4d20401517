// Two processes with a Redis that loses its data, hangs or changes its master. The database defines
// the queue, so nothing may be lost from it.
import assert from 'node:assert/strict'
import test from 'node:test'
import { Redis } from 'ioredis'
import { startRedis, startSentinel } from '../../scripts/services/redis.ts'
import { openHouse, type House } from '../support/app.ts'
import { crowdInQueue } from '../support/crowd.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { times } from '../support/full.ts'
import { rawPush, textXml } from '../support/raw-push.ts'
import { commonOf } from '../support/seen.ts'

const exactWithinMs = 5000

/**
 * Checks that the queue index has the same sessions as the database in the same order, and returns
 * how many.
 */
async function isExact(house: House): Promise<number> {
  const { queue, store } = house.app.ports
  const companyId = (await store.read.companies.list())[0]?.company_id ?? ''
  const lane = await commonOf(house)
  const rows = await store.read.lanes.heads(companyId, lane, 5000)
  const heads = await queue.heads(companyId, [lane], 5000)
  assert.deepEqual(
    heads?.map((entry) => entry.id),
    rows.map((row) => row.session_id),
  )
  return rows.length
}

void test('after FLUSHALL with a long queue the queue index is exact again within 5 s, and claims meanwhile follow the order of the queue', async (t) => {
  const service = await startRedis()
  t.after(() => service.stop())
  const raw = new Redis(service.ports[0] ?? 0, '127.0.0.1')
  t.after(() => {
    raw.disconnect()
  })
  const house = await openHouse({ rules: false, settings: { REDIS_URL: service.url } })
  t.after(() => house.close())
  const [queued, claims] = [times(200, 1000), times(40, 200)]
  const agent = await house.agent('claimer', { capacity: 1000 })
  await crowdInQueue(house, queued)
  const order = (
    await house.rows<{ session_id: string }>(
      'select session_id from message_session where state = 3 order by `rank`, session_id',
    )
  ).map((row) => row.session_id)

  const claimed: string[] = []
  for (let n = 0; n < claims; n += 1) {
    if (n === 3) await raw.flushall()
    claimed.push((await agent.call('POST', '/api/sessions/claim', {})).body.id as string)
  }
  assert.deepEqual(claimed, order.slice(0, claims))
  assert.equal(await eventually(() => isExact(house), 'queueIndex'), queued - claims)

  await raw.flushall()
  const flushed = performance.now()
  await eventually(() => isExact(house), 'queueIndex')
  const tookMs = performance.now() - flushed
  t.diagnostic(`exact ${tookMs.toFixed(0)} ms after FLUSHALL`)
  assert.ok(tookMs < exactWithinMs, `${tookMs} ms`)
})

void test('while Redis is stopped pushes, claims and replies continue, and the queue index is exact when Redis is back', async (t) => {
  const service = await startRedis()
  t.after(() => service.stop())
  const house = await openHouse({ rules: false, settings: { REDIS_URL: service.url } })
  t.after(() => house.close())
  const agent = await house.agent('claimer', { capacity: 1000 })
  service.kill()
  const until = performance.now() + times(4000, 20_000)
  let served = 0
  while (performance.now() < until) {
    const customer = await follower(house)
    assert.deepEqual([(await customer.says('在吗')).status], [200])
    const session = (await agent.call('POST', '/api/sessions/claim', {})).body
    assert.equal(session.customer.openid, customer.openid)
    assert.equal(
      (
        await agent.call('POST', `/api/sessions/${session.id}/messages`, {
          clientMsgId: `n${served}`,
          type: 'text',
          text: '在',
        })
      ).status,
      202,
    )
    await eventually(async () => {
      assert.ok((await customer.inbox()).some((item) => item.way === 'custom'))
    })
    served += 1
  }
  assert.ok(served > 0, 'customers were served without Redis')
  await crowdInQueue(house, 20)
  await service.restart()
  assert.equal(await eventually(() => isExact(house), 'queueIndex'), 20)
})

void test('when the master of a Sentinel dies and the next one freezes under load, no session is lost from the queue', async (t) => {
  const service = await startSentinel()
  t.after(() => service.stop())
  const sentinel = new Redis(service.ports[3] ?? 0, '127.0.0.1')
  t.after(() => {
    sentinel.disconnect()
  })
  const masterNow = async () =>
    String(await sentinel.call('sentinel', 'get-master-addr-by-name', 'mymaster'))
  const house = await openHouse({ rules: false, settings: { REDIS_URL: service.url } })
  t.after(() => house.close())
  let running = true
  let sent = 0
  const load = Promise.all(
    [0, 1, 2, 3].map(async (which) => {
      for (; running; sent += 1) {
        assert.equal(
          (
            await rawPush(
              { url: house.urls[which % 2] ?? '' },
              textXml(`oLoad${which}x${sent}`, `7${which}${sent}`, '排队'),
            )
          ).status,
          200,
        )
      }
    }),
  )
  const goesOn = async () => {
    const before = sent
    await eventually(() => {
      assert.ok(sent > before + 20, `${sent - before} pushes since`)
    })
  }
  const another = async (master: string) => {
    await eventually(async () => {
      assert.notEqual(await masterNow(), master)
    }, 'back')
    await goesOn()
  }
  await goesOn()
  const first = await masterNow()
  service.kill()
  await another(first)
  await service.restart()
  const second = await masterNow()
  service.pause()
  await another(second)
  service.resume()
  await goesOn()
  running = false
  await load
  const since = performance.now()
  const queued = await eventually(() => isExact(house), 'queueIndex')
  t.diagnostic(`exact ${Math.round(performance.now() - since)} ms after the frozen master woke`)
  assert.equal(queued, (await house.rows('select wx_user_id from wx_user')).length)
  assert.ok(queued > 20, `${queued} followers came`)
})
