import assert from 'node:assert/strict'
import test from 'node:test'
import { jobActor } from '../../rules/session/actor.ts'
import { openHouse, signIn } from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { commonOf } from '../support/seen.ts'

const hour = 3600_000
const days = (n: number) => n * 24 * hour

void test('a customer who has been silent for 9 days 23 hours is kept; after 10 days they are reclaimed and belong to nobody', async (t) => {
  const house = await openHouse({ withoutCron: true })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('你好')
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body

  await house.app.advanceTo(days(10) - hour)
  let admin = await signIn(house.url, 'admin')
  assert.equal(
    (await admin.call('POST', '/api/admin/jobs/reclaim/run', {})).body.result.reclaimed,
    0,
  )
  assert.equal((await admin.call('GET', `/api/sessions/${id}`)).body.stateCode, 1)

  await house.app.advanceTo(days(10))
  admin = await signIn(house.url, 'admin')
  assert.equal(
    (await admin.call('POST', '/api/admin/jobs/reclaim/run', {})).body.result.reclaimed,
    1,
  )
  const ended = (await admin.call('GET', `/api/sessions/${id}`)).body
  assert.deepEqual(
    [ended.stateCode, ended.closeReason, ended.customer.exclusiveAgentUid],
    [-1, 'reclaimed', -1],
  )
  const loads = await house.app.ports.store.read.sql.all<{ load: number }>(
    'select `load` from agent_load where uid = ?',
    [agent.uid],
  )
  assert.deepEqual(loads, [{ load: 0 }])
  const ledger = (await admin.call('GET', `/api/sessions/${id}/ledger`)).body.items.at(-1)
  assert.deepEqual(
    [ledger.from, ledger.to, ledger.actor, ledger.reason],
    [1, -1, jobActor('reclaim'), 'reclaimed'],
  )

  await customer.says('又来了')
  const [anew] = (await admin.call('GET', '/api/sessions?state=queued')).body.items
  assert.notEqual(anew.id, id)
  assert.equal(anew.queue.lane, await commonOf(house))
})

void test('a message that arrives while a customer is being reclaimed prevents the reclaim', async (t) => {
  const house = await openHouse({ withoutCron: true })
  t.after(() => house.close())
  const customer = await follower(house)
  await customer.says('你好')
  const agent = await house.agent('agent1')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  await house.app.advanceTo(days(10))
  const admin = await signIn(house.url, 'admin')
  // the push is written after the job has read its candidates and before it locks them
  const { reclaim } = await import('../../src/actions/jobs/reclaim.ts')
  const ports = house.app.ports
  let pushed = false
  const raced = {
    ...ports,
    store: {
      ...ports.store,
      work: async (...call: Parameters<typeof ports.store.work>) => {
        if (!pushed) {
          pushed = true
          await customer.says('等一下')
        }
        return ports.store.work(...call)
      },
    },
  } as typeof ports
  const [{ company_id: companyId } = { company_id: '' }] = await ports.store.read.companies.list()
  assert.deepEqual(await reclaim(raced, companyId), { reclaimed: 0 })
  assert.ok(pushed, 'the premise: there was a candidate and the push came between')
  assert.equal((await admin.call('GET', `/api/sessions/${id}`)).body.stateCode, 1)
})
