// Another program writes to the same Redis, so that a value of a different type is stored under one
// of our keys.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { waitingList } from '../../rules/session/queue-list.ts'
import { startCluster, startRedis } from '../../scripts/services/redis.ts'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { hearingLog, type ProcessReport } from '../support/ends-clean.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { runScript } from '../support/script.ts'
import { commonOf, runJob } from '../support/seen.ts'
import { inCluster, single, type Raw } from './raw.ts'

type Scene = {
  house: House
  raw: Raw
  agent: Actor
  logged: ProcessReport[]
  companyId: string
  lane: string
  /**
   * A session that waits for an agent to accept it. It is here so that the queue index also has the
   * list of those that wait for this agent, under whose key another program can write.
   */
  waits: { uid: number; id: string }
}
type Ends = { after: (end: () => unknown) => void }
type Kind = readonly [start: typeof startRedis, look: typeof single]

async function scene(t: Ends, [start, look]: Kind): Promise<Scene> {
  const service = await start()
  t.after(() => service.stop())
  const raw = look(service)
  t.after(() => {
    raw.close()
  })
  const logged: ProcessReport[] = []
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    settings: { REDIS_URL: service.url },
    log: hearingLog((line) => logged.push(line)),
  })
  t.after(() => house.close())
  const agent = await house.agent('claimer', { capacity: 1000 })
  const customer = await follower(house)
  await customer.says('一')
  const first = (await agent.call('POST', '/api/sessions/claim', {})).body
  await agent.call('POST', `/api/sessions/${first.id}/close`, {})
  await customer.says('二')
  const [row] = await house.rows<{ session_id: string; company_id: string; uid: number }>(
    'select session_id, company_id, uid from message_session where state = 0',
  )
  await (await follower(house)).says('在吗')
  const made: Scene = {
    house,
    raw,
    agent,
    logged,
    companyId: row?.company_id ?? '',
    lane: await commonOf(house),
    waits: { uid: row?.uid ?? 0, id: row?.session_id ?? '' },
  }
  await runJob(house.admin, 'queue-reconcile')
  await exact(made)
  return made
}

/** Checks that the queue index contains exactly what the database says. */
async function exact({ house, companyId, lane, waits }: Scene): Promise<void> {
  const { queue, store } = house.app.ports
  const rows = await store.read.lanes.heads(companyId, lane, 1000)
  assert.deepEqual(
    await queue.heads(companyId, [lane], 1000),
    rows.map((row) => ({ id: row.session_id, lane: row.lane, rank: row.rank })),
  )
  const waiting = await queue.members(companyId, waitingList(waits.uid))
  assert.deepEqual([...(waiting ?? new Map<string, number>()).keys()], [waits.id])
}

const setForeign = async ({ raw }: Scene, database: number, key: string) => {
  await raw.ask(database, 'del', key)
  await raw.ask(database, 'hset', key, 'whose', 'not ours')
}
const typeOf = async ({ raw }: Scene, database: number, key: string) =>
  (await raw.keys(database))[key]?.type

/**
 * Checks that work goes on: a push is stored, and a claim takes the session that has waited
 * longest.
 */
async function workGoesOn({ house, agent, lane, companyId }: Scene): Promise<void> {
  const said = await (await follower(house)).says('还有人吗')
  assert.deepEqual([said.attempts, said.status], [1, 200])
  const [oldest] = await house.app.ports.store.read.lanes.heads(companyId, lane, 1)
  const claimed = await agent.call('POST', '/api/sessions/claim', {})
  assert.equal(claimed.body.id, oldest?.session_id, JSON.stringify(claimed.body))
}

const ofIndex: [database: number, type: string, key: (scene: Scene) => string][] = [
  [2, 'string', ({ companyId }) => `epoch:{${companyId}}`],
  [2, 'set', ({ companyId }) => `lists:{${companyId}}`],
  [2, 'zset', ({ companyId, lane }) => `queue:{${companyId}}:${lane}`],
  [0, 'set', ({ companyId }) => `lists:{${companyId}}`],
  [0, 'zset', ({ companyId, waits }) => `waiting:{${companyId}}:${waits.uid}`],
]

const noticed = 'Redis holds something else under a key of kefu'
const removed =
  'Redis held something else under keys of the queue: they are removed, and made again from SQL'

for (const [name, ...kind] of [
  ['Redis', startRedis, single],
  ['Redis Cluster', startCluster, inCluster],
] as const) {
  void describe(name, () => {
    void test('a foreign value under any key of the queue index does not stop pushes and claims, is logged, and is repaired by a job', async (t) => {
      const here = await scene(t, kind)
      for (const [database, type, keyOf] of ofIndex) {
        const key = keyOf(here)
        assert.equal(await typeOf(here, database, key), type, `the premise: ${key} is ours`)
        await setForeign(here, database, key)
        await workGoesOn(here)
        assert.equal(await typeOf(here, database, key), 'hash', 'nobody but the reconcile mends it')
        here.logged.length = 0
        await eventually(async () => {
          await runJob(here.house.admin, 'queue-reconcile')
          await exact(here)
          assert.equal(await typeOf(here, database, key), type)
        }, 'queueIndex')
        assert.equal(here.logged.filter(({ text }) => text === removed).length, 1, key)
        assert.ok(
          here.logged.find(({ facts }) => facts.includes(key)),
          'by its name',
        )
      }
      assert.match(await here.house.metrics(), /kefu_repairs_total\{what="foreign_keys"\} 5/)
    })

    void test('the index of newest lines and the cache replace foreign values under their keys, and this is logged once for each key', async (t) => {
      const here = await scene(t, kind)
      const { house, agent, raw, companyId, waits, logged } = here
      const recent = `recent:{${companyId}}:${waits.id}`
      await setForeign(here, 1, recent)
      const before = Object.keys(await raw.keys(4))
      for (const prefix of ['login', 'perm']) {
        assert.ok(before.some((key) => key.startsWith(prefix)))
      }
      for (const key of before) await setForeign(here, 4, key)

      const lines = () => agent.call('GET', `/api/sessions/${waits.id}/messages`)
      const texts = ({ body }: Awaited<ReturnType<typeof lines>>) =>
        (body.items as { text: string }[]).map(({ text }) => text)
      assert.deepEqual(texts(await lines()), ['二'])
      assert.equal(await typeOf(here, 1, recent), 'list')
      await setForeign(here, 1, recent)
      await agent.call('POST', `/api/sessions/${waits.id}/accept`, {})
      await agent.call('POST', `/api/sessions/${waits.id}/messages`, {
        clientMsgId: 'a',
        type: 'text',
        text: '在',
      })
      await eventually(async () => {
        assert.equal(await typeOf(here, 1, recent), 'list', 'by the next line')
      })
      assert.equal((await lines()).body.items.length, 2)
      await house.admin.call('GET', '/api/me')
      await eventually(async () => {
        assert.ok(
          Object.values(await raw.keys(4)).every(({ type }) => type === 'string'),
          JSON.stringify(await raw.keys(4)),
        )
      })
      const of = (key: string) =>
        logged.filter(({ text, facts }) => text === noticed && facts.includes(`${key}"`))
      assert.equal(of(recent).length, 1)
      for (const key of before) assert.equal(of(key).length, 1, JSON.stringify(of(key)))
    })
  })
}

void test('while a foreign value is in the queue index, the self-check reports a violation and the doctor names the key', async (t) => {
  const here = await scene(t, [startRedis, single])
  const key = `queue:{${here.companyId}}:${here.lane}`
  await setForeign(here, 2, key)
  const { promises } = (await here.house.admin.call('GET', '/api/admin/self-check')).body as {
    promises: { id: string; verdict: string; detail: string }[]
  }
  const queue = promises.find(({ id }) => id === 'P15')
  assert.equal(queue?.verdict, 'violated')
  assert.ok(queue.detail.includes(key), queue.detail)
  const { code, out } = await runScript('doctor', here.house.dir, {
    ...Object.fromEntries(
      Object.entries(here.house.config).flatMap(([name, value]) =>
        typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
      ),
    ),
  })
  assert.equal(code, 1)
  assert.ok(out.includes(`✘ Redis holds something else under ${key}`), out)
  await runJob(here.house.admin, 'queue-reconcile')
  await eventually(() => exact(here), 'queueIndex')
})
