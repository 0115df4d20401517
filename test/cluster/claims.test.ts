// Many agents claim many sessions through two processes.
import assert from 'node:assert/strict'
import test from 'node:test'
import { claimNext } from '../../src/actions/sessions/claim-next.ts'
import { openHouse } from '../support/app.ts'
import { asAgent, crowdInQueue, crowdOfAgents } from '../support/crowd.ts'
import { times } from '../support/full.ts'
import { holdRows } from '../support/obstacles.ts'

void test('agents on two processes claim the whole queue: each session is claimed once, and no agent exceeds their capacity', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  const [howMany, queued] = [times(40, 200), times(200, 1000)]
  const capacity = 6
  const agents = await crowdOfAgents(house, howMany, capacity)
  await crowdInQueue(house, queued)

  const claimed: string[] = []
  await Promise.all(
    agents.map(async (agent, n) => {
      const call = asAgent(house.urls[n % house.urls.length] ?? '', agent)
      for (;;) {
        const answer = await call('POST', '/api/sessions/claim', {})
        if (answer.status === 204) return
        if (answer.status === 409) {
          assert.equal(answer.body.error.code, 'agent_at_capacity')
          return
        }
        assert.equal(answer.status, 200, JSON.stringify(answer.body))
        claimed.push(answer.body.id as string)
      }
    }),
  )
  assert.equal(claimed.length, queued, 'all of them')
  assert.equal(new Set(claimed).size, queued, 'each once')
  const owners = await house.rows<{ uid: number; n: number }>(
    'select uid, count(*) as n from message_session where state = 1 group by uid',
  )
  assert.ok(owners.every((row) => row.n <= capacity))
  const loads = await house.rows<{ uid: number; load: number }>(
    'select uid, `load` from agent_load where `load` > 0 order by uid',
  )
  assert.deepEqual(
    loads.map((row) => [row.uid, row.load]),
    owners.map((row) => [row.uid, row.n]).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0)),
  )
})

void test('while the load of one agent is locked elsewhere, others who claim at the same moment get their sessions at once, and this agent gets one when it is free', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true, alone: true })
  t.after(() => house.close())
  const agents = await crowdOfAgents(house, 6, 3)
  await crowdInQueue(house, 12)
  const [first] = agents
  const held = await holdRows(house, 'select * from agent_load where uid = ?', [first?.uid])
  const { ports } = house.app
  const companyId = (await ports.store.read.companies.list())[0]?.company_id ?? ''
  const claims = agents.map(({ uid }) => claimNext(ports, { uid, companyId, role: 'agent' }))
  const [waiting, ...others] = claims
  let isDone = false
  void waiting?.then(() => (isDone = true))
  const got = await Promise.all(others)
  assert.equal(new Set(got.map((one) => one?.id)).size, 5)
  assert.equal(isDone, false, 'the premise: the load is still locked')
  await held.letGo()
  assert.equal((await waiting)?.agentUid, first?.uid)
})
