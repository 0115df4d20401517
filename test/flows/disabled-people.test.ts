// What happens to the customers and sessions of a person who is disabled or no longer serves their
// account.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, type House } from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { later, runJob, sessionOf, setAll } from '../support/seen.ts'

type Context = { after: (close: () => Promise<void>) => void }
const day = 24 * 3600_000

async function open(t: Context): Promise<House> {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  return house
}

void test('a reclaim cannot be undone if the former agent is disabled or no longer serves the account, and the reason is given', async (t) => {
  const house = await open(t)
  const idle: [string, object, string][] = [
    ['gone', { enabled: false }, 'agent_disabled'],
    ['elsewhere', { accountIds: [] }, 'agent_not_on_account'],
  ]
  const people = []
  for (const [name, change, code] of idle) {
    const [agent, customer] = [await house.agent(name), await follower(house)]
    await customer.says('你好')
    await agent.call('POST', '/api/sessions/claim', {})
    people.push({ agent, customer, change, code })
  }
  const admin = await later(house, 10 * day + 60_000)
  assert.equal((await runJob(admin, 'reclaim'))['reclaimed'], 2)
  for (const { agent, customer, change, code } of people) {
    await admin.call('PATCH', `/api/users/${agent.uid}`, change)
    const { id } = (await sessionOf(house, customer, admin)).customer
    const undone = await admin.call('POST', '/api/reclaims/undo', { customerIds: [id] })
    assert.deepEqual(undone.body, { undone: [], failed: [{ id, code }] })
    assert.equal((await sessionOf(house, customer, admin)).customer.exclusiveAgentUid, -1)
  }
})

void test('a customer whose exclusive agent is disabled gets a new one: whoever claims, starts or is assigned their next session', async (t) => {
  const house = await open(t)
  const [owner, heir, deputy] = [
    await house.agent('owner'),
    await house.agent('heir'),
    await house.agent('deputy'),
  ]
  await house.admin.call('PATCH', `/api/users/${owner.uid}`, { deputyUids: [deputy.uid] })
  for (const one of [deputy, await house.agent('agent0')]) {
    await one.call('PUT', '/api/me/presence', { status: 'offline' })
  }
  const served = async () => {
    const customer = await follower(house)
    await customer.says('你好')
    const { id } = (await owner.call('POST', '/api/sessions/claim', {})).body
    await owner.call('POST', `/api/sessions/${id}/close`, {})
    return customer
  }
  const [claimed, started, given, opened] = [
    await served(),
    await served(),
    await served(),
    await served(),
  ]
  await house.admin.call('PATCH', `/api/users/${owner.uid}`, { enabled: false })
  await house.heard()

  await claimed.says('在吗')
  assert.equal((await heir.call('POST', '/api/sessions/claim', {})).status, 200)
  const customerId = (await sessionOf(house, started)).customer.id
  assert.equal((await heir.call('POST', '/api/sessions', { customerId })).status, 201)
  await given.says('在吗')
  await setAll(house, { sessionRule: 'even' })
  await runJob(house.admin, 'assign')
  await opened.says('在吗')
  for (const customer of [claimed, started, given, opened]) {
    const { agentUid, customer: theirs } = await sessionOf(house, customer)
    assert.deepEqual([agentUid, theirs.exclusiveAgentUid], [heir.uid, heir.uid])
  }
})

void test('a person who is enabled again, or serves the account again, is again the exclusive agent of their customers', async (t) => {
  const house = await open(t)
  const [owner, other] = [await house.agent('owner'), await house.agent('other')]
  const customer = await follower(house)
  await customer.says('你好')
  const { id, accountId } = (await owner.call('POST', '/api/sessions/claim', {})).body
  await owner.call('POST', `/api/sessions/${id}/close`, {})
  const customerId = (await sessionOf(house, customer)).customer.id
  for (const [away, back] of [
    [{ enabled: false }, { enabled: true }],
    [{ accountIds: [] }, { accountIds: [accountId] }],
  ]) {
    await house.admin.call('PATCH', `/api/users/${owner.uid}`, away)
    await house.admin.call('PATCH', `/api/users/${owner.uid}`, back)
    const refused = await other.call('POST', '/api/sessions', { customerId })
    assert.equal(refused.body.error.code, 'customer_reserved')
  }
})
