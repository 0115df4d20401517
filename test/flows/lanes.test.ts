// Who may claim whom: an account that is not bound holds nobody up, and a lane has one account.
import assert from 'node:assert/strict'
import test from 'node:test'
import { account, openHouse, post, type House } from '../support/app.ts'
import { follower, type Follower } from '../support/follower.ts'
import { sessionOf } from '../support/seen.ts'

const second = { ...account, appid: 'wx0000000000000002', originalId: 'gh_000000000002', name: 'B' }

/** Two accounts; ids of both. */
async function openTwo(house: House): Promise<{ first: string; other: string }> {
  const made = await house.admin.call('POST', '/api/accounts', { kind: 'wechat', ...second })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  await post(`${house.simulator}/sim/accounts`, {
    ...second,
    callbackUrl: `${house.url}/wechat/${second.appid}`,
  })
  const { items } = (await house.admin.call('GET', '/api/accounts')).body as {
    items: { id: string; appid: string }[]
  }
  const first = items.find(({ appid }) => appid === account.appid)?.id ?? ''
  await house.heard()
  return { first, other: made.body.id as string }
}

async function writes(house: House, appid: string): Promise<Follower> {
  const customer = await follower(house, appid)
  assert.equal((await customer.says('在吗')).status, 200)
  return customer
}

for (const [how, leave] of [
  [
    'unbound',
    (house, id) => house.admin.call('PATCH', `/api/accounts/${id}`, { binding: 'unbound' }),
  ],
  ['deleted', (house, id) => house.admin.call('DELETE', `/api/accounts/${id}`)],
] as [string, (house: House, id: string) => Promise<{ status: number }>][]) {
  void test(`who stands at the head of the queue by an ${how} account holds up nobody: the next one is claimed, they stay queued`, async (t) => {
    const house = await openHouse({ rules: false })
    t.after(() => house.close())
    const { other } = await openTwo(house)
    const agent = await house.agent('agent1')
    const stuck = [await writes(house, second.appid), await writes(house, second.appid)]
    const customer = await writes(house, account.appid)
    assert.equal((await leave(house, other)).status, 200)
    await house.heard()

    const claimed = await agent.call('POST', '/api/sessions/claim', {})
    assert.deepEqual(
      [claimed.status, claimed.body.customer?.openid],
      [200, customer.openid],
      JSON.stringify(claimed.body),
    )
    assert.equal(
      (await agent.call('POST', '/api/sessions/claim', {})).status,
      204,
      'nobody is left',
    )

    for (const one of stuck) {
      const { id, stateCode, answerable } = await sessionOf(house, one)
      assert.deepEqual([stateCode, answerable], [3, false])
      const byId = await agent.call('POST', `/api/sessions/${id}/claim`, {})
      assert.deepEqual([byId.status, byId.body.error.code], [409, 'account_not_bound'])
    }
    const listed = await house.admin.call('GET', '/api/sessions?state=queued&answerable=false')
    assert.equal(listed.body.items.length, 2, 'admins see whom nobody can answer')
  })
}
