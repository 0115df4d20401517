// What becomes of customers and sessions of a person who is disabled, or cannot serve them any more.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, type House } from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { later, runJob, sessionOf } from '../support/seen.ts'

type Context = { after: (close: () => Promise<void>) => void }
const day = 24 * 3600_000

async function open(t: Context): Promise<House> {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  return house
}

void test('a reclaim is not undone to a person who is disabled or no longer serves the account, and the reason is told', async (t) => {
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
