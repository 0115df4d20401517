// The four Redis databases as an operator sees them: after the product has written to them, and
// after they were lost and rebuilt.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startCluster, startRedis } from '../../scripts/services/redis.ts'
import { testAccount, openHouse, type House } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { commonOf } from '../support/seen.ts'
import { inCluster, single, type Raw } from './raw.ts'

/**
 * Makes every kind of entry: one session is queued, one given to an agent who has not accepted it,
 * and one in conversation.
 */
async function day(house: House) {
  const agent = await house.agent('agent1')
  const [queued, waiting, talking] = [
    await follower(house),
    await follower(house),
    await follower(house),
  ]
  await waiting.says('一')
  const first = (await agent.call('POST', '/api/sessions/claim', {})).body
  await agent.call('POST', `/api/sessions/${first.id}/close`, {})
  await waiting.says('二')
  await talking.says('你好')
  const active = (await agent.call('POST', '/api/sessions/claim', {})).body
  await agent.call('POST', `/api/sessions/${active.id}/messages`, {
    clientMsgId: 'a',
    type: 'text',
    text: '在',
  })
  await eventually(async () => {
    assert.ok((await talking.inbox()).some((item) => item.way === 'custom'))
  })
  await queued.says('有人吗')
  return { agent, active, talking }
}

type Row = {
  session_id: string
  company_id: string
  uid: number
  rank: number
  assigned_at: number
}
const sessions = (house: House, state: number) =>
  house.app.ports.store.read.sql.all<Row>(
    'select session_id, company_id, uid, `rank`, assigned_at from message_session where state = ?',
    [state],
  )
const ids = async (house: House, sessionId: string) =>
  (
    await house.app.ports.store.read.sql.all<{ message_id: string }>(
      'select message_id from message_data where session_id = ? order by seq desc',
      [sessionId],
    )
  ).map((row) => row.message_id)

async function indexIsExact(house: House, raw: Raw): Promise<void> {
  const [waiting] = await sessions(house, 0)
  const [queued] = await sessions(house, 3)
  const c = `{${queued?.company_id}}`
  const lane = await commonOf(house)
  assert.deepEqual(
    Object.entries(await raw.keys(0)).map(([key, { type }]) => [key, type]),
    [
      [`lists:${c}`, 'set'],
      [`waiting:${c}:${waiting?.uid}`, 'zset'],
    ],
  )
  assert.deepEqual(
    await raw.ask(0, 'zrange', `waiting:${c}:${waiting?.uid}`, 0, -1, 'withscores'),
    [waiting?.session_id, String(waiting?.assigned_at)],
  )
  assert.deepEqual(
    Object.entries(await raw.keys(2)).map(([key, { type }]) => [key, type]),
    [
      [`epoch:${c}`, 'string'],
      [`lists:${c}`, 'set'],
      [`queue:${c}:${lane}`, 'zset'],
    ],
  )
  assert.deepEqual(await raw.ask(2, 'zrange', `queue:${c}:${lane}`, 0, -1, 'withscores'), [
    queued?.session_id,
    String(queued?.rank),
  ])
  assert.match(await raw.ask(2, 'get', `epoch:${c}`), /^whole:/)
}

async function linesAreThere(house: House, raw: Raw, sessionId: string): Promise<void> {
  const [queued] = await sessions(house, 3)
  const key = `recent:{${queued?.company_id}}:${sessionId}`
  assert.deepEqual(await raw.ask(1, 'lrange', key, 0, -1), await ids(house, sessionId))
  const { type, ttl } = (await raw.keys(1))[key] ?? { type: 'none', ttl: 0 }
  assert.equal(type, 'list')
  assert.ok(ttl > 2.9 * 24 * 3600_000 && ttl <= 3 * 24 * 3600_000)
}

async function cacheIsThere(house: House, raw: Raw): Promise<void> {
  const keys = await raw.keys(4)
  assert.deepEqual([...new Set(Object.keys(keys).map((key) => key.split(':')[0]))].sort(), [
    'login',
    'perm',
    'token',
  ])
  assert.ok(
    Object.values(keys).every(({ type, ttl }) => type === 'string' && ttl > 0),
    JSON.stringify(keys),
  )
  const [company] = await house.app.ports.store.read.companies.list()
  const key = `token:${company?.company_id ?? ''}:${testAccount.appid}`
  const token = (await raw.ask(4, 'get', key)) as string
  assert.match(token, /^v1\./)
}

for (const [name, start, look] of [
  ['Redis', startRedis, single],
  ['Redis Cluster', startCluster, inCluster],
] as const) {
  void describe(name, () => {
    void test('the four Redis databases contain the documented keys, also after FLUSHALL and repair', async (t) => {
      const service = await start()
      t.after(() => service.stop())
      const raw = look(service)
      t.after(() => {
        raw.close()
      })
      const house = await openHouse({ rules: false, settings: { REDIS_URL: service.url } })
      t.after(() => house.close())

      const { agent, active, talking } = await day(house)
      await eventually(() => indexIsExact(house, raw), 'queueIndex')
      await eventually(() => linesAreThere(house, raw, active.id))
      await cacheIsThere(house, raw)
      await agent.call('POST', '/api/logout', {})

      await raw.flushAll()
      await eventually(() => indexIsExact(house, raw), 'queueIndex')
      const again = await house.agent('agent1')
      const { items } = (await again.call('GET', `/api/sessions/${active.id}/messages`)).body
      assert.deepEqual(
        items.map((line: { id: string }) => line.id).reverse(),
        await ids(house, active.id),
      )
      await linesAreThere(house, raw, active.id)
      await again.call('POST', `/api/sessions/${active.id}/messages`, {
        clientMsgId: 'b',
        type: 'text',
        text: '还在',
      })
      await eventually(async () => {
        assert.equal((await talking.inbox()).filter((item) => item.way === 'custom').length, 2)
      })
      await eventually(() => linesAreThere(house, raw, active.id))
      await cacheIsThere(house, raw)
      assert.match(
        await (await fetch(`${house.url}/metrics`)).text(),
        /kefu_repairs_total\{what="queue_rebuild"\} [1-9]/,
      )
    })
  })
}
