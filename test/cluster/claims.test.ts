// Many agents claim many sessions through two processes.
import assert from 'node:assert/strict'
import test from 'node:test'
import { claimNext } from '../../src/actions/sessions/claim-next.ts'
import { openHouse } from '../support/app.ts'
import { asAgent, crowdInQueue, crowdOfAgents } from '../support/crowd.ts'
import { times } from '../support/full.ts'
import { follower } from '../support/follower.ts'
import { holdRows } from '../support/obstacles.ts'
import { inTime, nothingFor } from '../support/pauses.ts'
import { setAll } from '../support/seen.ts'
import { openAccounts } from '../support/talks.ts'

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

void test('with autoAcceptFirst, while somebody holds the rows of a session that waits for an agent, this agent and others claim further sessions without waiting', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true, alone: true })
  t.after(() => house.close())
  await setAll(house, { autoAcceptFirst: true })
  const agents = await crowdOfAgents(house, 3, 9)
  await crowdInQueue(house, 6)
  const { ports } = house.app
  const companyId = (await ports.store.read.companies.list())[0]?.company_id ?? ''
  const claim = (uid = 0) => claimNext(ports, { uid, companyId, role: 'agent' })
  const [first] = agents
  await claim(first?.uid)
  const second = await claim(first?.uid)
  assert.equal(second?.state, 'waiting', 'the premise')
  const held = await holdRows(house, 'select * from wx_user where wx_user_id = ?', [
    second.customer.id,
  ])
  const got = await inTime(Promise.all(agents.map(({ uid }) => claim(uid))), 2500)
  assert.deepEqual(
    got.map((one) => one?.state),
    ['waiting', 'active', 'active'],
  )
  await held.letGo()
})

void test('while a crowd claims from a lane whose only session somebody holds, an agent of another lane gets their session at once', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true, alone: true })
  t.after(() => house.close())
  const crowd = await crowdOfAgents(house, 70, 1)
  const [appid = ''] = await openAccounts(house, 1)
  const { items } = (await house.admin.call('GET', '/api/accounts')).body
  const { id } = items.find((one: { appid: string }) => one.appid === appid)
  const other = await house.agent('other', { accountIds: [id] })
  await house.app.ports.store.work('rest', async ({ sql }) => {
    await sql.run('delete from customer_service where account_id = ? and uid <> ?', [id, other.uid])
  })
  const [held, free] = [await follower(house), await follower(house, appid)]
  for (const one of [held, free]) await one.says('在吗')
  const { ports } = house.app
  const companyId = (await ports.store.read.companies.list())[0]?.company_id ?? ''
  const claim = (uid: number) => claimNext(ports, { uid, companyId, role: 'agent' })
  const [row] = await house.rows<{ id: string }>(
    'select wx_user_id as id from wx_user where openid = ?',
    [held.openid],
  )
  const holder = await holdRows(house, 'select * from wx_user where wx_user_id = ?', [row?.id])
  const claims = crowd.map(({ uid }) => claim(uid))
  const isServed = Promise.race(claims).then(() => true)
  const got = await inTime(claim(other.uid), 2500)
  assert.equal(got?.customer.openid, free.openid)
  const stillWait = await Promise.race([isServed, nothingFor(100).then(() => false)])
  assert.equal(stillWait, false, 'the premise: the crowd still waits')
  await holder.letGo()
  const served = (await Promise.all(claims)).filter((one) => one !== null)
  assert.deepEqual(
    served.map((one) => one.customer.openid),
    [held.openid],
  )
})
