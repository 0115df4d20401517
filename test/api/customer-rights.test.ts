// Who may read a customer and all that was said, and who may write about them: every door says the same as the session does.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { sessionOf } from '../support/seen.ts'

async function people(house: House) {
  const accountId = (await house.admin.call('GET', '/api/accounts')).body.items[0].id as string
  const group = (await house.admin.call('POST', '/api/groups', { name: 'g' })).body.id as number
  const other = (await house.admin.call('POST', '/api/groups', { name: 'other' })).body.id as number
  return {
    accountId,
    group,
    owner: await house.agent('owner', { groupIds: [group] }),
    second: await house.agent('second', { groupIds: [group] }),
    stranger: await house.agent('stranger', { groupIds: [other] }),
    lead: await house.agent('lead', { role: 'supervisor' }),
  }
}

/** Every way to read of a customer, by an agent. */
async function reads(actor: Actor, customerId: string, sessionIds: string[]) {
  const paths = [
    `/api/customers/${customerId}`,
    ...['messages', 'sessions', 'trajectory'].map((part) => `/api/customers/${customerId}/${part}`),
    ...sessionIds.flatMap((id) =>
      ['', '/messages', '/ledger'].map((part) => `/api/sessions/${id}${part}`),
    ),
  ]
  const answers = []
  for (const path of paths) answers.push((await actor.call('GET', path)).status)
  return answers
}
const all = (status: number, sessions: number) => Array<number>(4 + 3 * sessions).fill(status)
const found = async (actor: Actor, search = '') =>
  ((await actor.call('GET', `/api/customers?search=${search}`)).body.items as { id: string }[]).map(
    (one) => one.id,
  )

void test('whoever may read the open or latest session of a customer reads all of them; to strangers the customer is 404 and found by no search', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { owner, second, stranger, lead, group } = await people(house)
  const customer = await follower(house)
  await customer.says('第一次')
  const first = await sessionOf(house, customer)
  const id = (await lead.call('GET', `/api/sessions/${first.id}`)).body.customer.id as string
  assert.deepEqual(await reads(stranger, id, [first.id]), all(200, 1), 'it waits for everyone')

  await owner.call('POST', `/api/sessions/${first.id}/claim`, {})
  assert.deepEqual(await reads(owner, id, [first.id]), all(200, 1))
  assert.deepEqual(await reads(second, id, [first.id]), all(404, 1))
  assert.deepEqual(await found(owner), [id])
  assert.deepEqual(await found(second), [])
  assert.deepEqual(await found(second, customer.openid), [])
  assert.deepEqual(await found(lead, customer.openid), [id])
  assert.equal((await owner.call('POST', `/api/sessions/${first.id}/close`, {})).status, 200)
  assert.deepEqual(await reads(owner, id, [first.id]), all(200, 1), 'after it too')

  await lead.call('PATCH', `/api/customers/${id}`, { exclusiveAgentUid: -1 })
  await customer.says('第二次')
  const next = await sessionOf(house, customer)
  assert.notEqual(next.id, first.id)
  await lead.call('POST', `/api/sessions/${next.id}/transfer`, { groupId: group })
  assert.deepEqual(await reads(second, id, [first.id, next.id]), all(200, 2), 'in the queue')
  assert.deepEqual(await found(second, customer.openid), [id])
  assert.deepEqual(await reads(stranger, id, [first.id, next.id]), all(404, 2))
  assert.deepEqual(await found(stranger), [])
  await second.call('POST', `/api/sessions/${next.id}/claim`, {})
  assert.deepEqual(
    await reads(second, id, [first.id, next.id]),
    all(200, 2),
    'what was before, too',
  )
  assert.equal((await owner.call('GET', `/api/sessions/${first.id}`)).status, 200, 'one had it')
  assert.equal((await owner.call('GET', `/api/sessions/${next.id}`)).status, 404)
  assert.equal((await owner.call('GET', `/api/customers/${id}`)).status, 404)
  assert.deepEqual(await found(owner), [])

  const asked = await second.call('POST', `/api/sessions/${next.id}/members`, {
    uids: [stranger.uid],
  })
  assert.equal(asked.status, 200)
  assert.deepEqual(await reads(stranger, id, [first.id, next.id]), all(200, 2), 'a member')
  assert.deepEqual(await found(stranger), [id])
})

void test('a customer is described by the owner, the exclusive agent and supervisors; whoever only reads is told 403, a stranger 404', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { owner, second, stranger, lead } = await people(house)
  const customer = await follower(house)
  await customer.says('在吗')
  const session = await sessionOf(house, customer)
  const path = `/api/customers/${(await lead.call('GET', `/api/sessions/${session.id}`)).body.customer.id}`
  const describe = async (actor: Actor, body: object) => {
    const answer = await actor.call('PATCH', path, body)
    return [answer.status, answer.body.error?.code ?? 'ok']
  }
  assert.deepEqual(await describe(second, { alias: 'x' }), [403, 'not_owner'], 'in the queue')
  await owner.call('POST', `/api/sessions/${session.id}/claim`, {})
  assert.deepEqual(await describe(owner, { alias: '老王' }), [200, 'ok'])
  assert.deepEqual(await describe(owner, { exclusiveAgentUid: -1 }), [403, 'not_allowed'])
  assert.deepEqual(await describe(owner, { priority: 3 }), [403, 'not_allowed'])
  await owner.call('POST', `/api/sessions/${session.id}/members`, { uids: [second.uid] })
  assert.deepEqual(await describe(second, { remark: 'x' }), [403, 'not_owner'], 'a member')
  assert.deepEqual(await describe(stranger, { remark: 'x' }), [404, 'not_found'])
  assert.deepEqual(await describe(lead, { exclusiveAgentUid: second.uid }), [200, 'ok'])
  assert.deepEqual(await describe(second, { remark: '常客' }), [200, 'ok'], 'the exclusive agent')
  assert.deepEqual(await describe(owner, { tags: ['a'] }), [200, 'ok'], 'the owner still')
  const after = (await lead.call('GET', path)).body
  assert.deepEqual([after.alias, after.remark, after.tags], ['老王', '常客', ['a']])
})
