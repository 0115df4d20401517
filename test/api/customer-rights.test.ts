// Who may read a customer with all their messages, and who may change their description. Every
// route must give the same result.
import assert from 'node:assert/strict'
import test from 'node:test'
import { as, refusal } from '../support/api.ts'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { follower } from '../support/follower.ts'
import { sessionOf } from '../support/seen.ts'

async function people(house: House) {
  const groupOf = async (name: string): Promise<number> =>
    (await as(house.admin).post('/api/groups').send({ name }).expect(201)).body.id
  const [group, other] = [await groupOf('g'), await groupOf('other')]
  return {
    group,
    owner: await house.agent('owner', { groupIds: [group] }),
    second: await house.agent('second', { groupIds: [group] }),
    stranger: await house.agent('stranger', { groupIds: [other] }),
    keeper: await house.agent('keeper', { groupIds: [other] }),
    lead: await house.agent('lead', { role: 'supervisor' }),
  }
}

/**
 * Makes every call that reads something about a customer as this agent, and returns how each is
 * answered.
 */
async function reads(actor: Actor, customerId: string, sessionIds: string[]) {
  const paths = [
    `/api/customers/${customerId}`,
    ...['messages', 'sessions', 'trajectory'].map((part) => `/api/customers/${customerId}/${part}`),
    ...sessionIds.flatMap((id) =>
      ['', '/messages', '/ledger'].map((part) => `/api/sessions/${id}${part}`),
    ),
  ]
  const answers = []
  for (const path of paths) answers.push((await as(actor).get(path)).status)
  return answers
}
const all = (status: number, sessions: number) => Array<number>(4 + 3 * sessions).fill(status)
const found = async (actor: Actor, search = '') =>
  (await as(actor).get('/api/customers').query({ search }).expect(200)).body.items.map(
    (one: { id: string }) => one.id,
  )
/** Makes a call on a session, such as claiming or closing it, as this person. */
const does = (actor: Actor, verb: string, body: object = {}) =>
  as(actor).post(`/api/sessions/${verb}`).send(body)

void test("whoever may read a customer's open session, or the newest if none is open, may read all their sessions; anybody else but the exclusive agent gets 404 and does not find the customer by search", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { owner, second, stranger, keeper, lead, group } = await people(house)
  const customer = await follower(house)
  await customer.says('第一次')
  const first = await sessionOf(house, customer)
  const { id } = first.customer
  assert.deepEqual(await reads(stranger, id, [first.id]), all(200, 1), 'it waits for everyone')

  await does(owner, `${first.id}/claim`).expect(200)
  assert.deepEqual(await reads(owner, id, [first.id]), all(200, 1))
  assert.deepEqual(await reads(second, id, [first.id]), all(404, 1))
  assert.deepEqual(await found(owner), [id])
  assert.deepEqual(await found(second), [])
  assert.deepEqual(await found(second, customer.openid), [])
  assert.deepEqual(await found(lead, customer.openid), [id])
  await does(owner, `${first.id}/close`).expect(200)
  assert.deepEqual(await reads(owner, id, [first.id]), all(200, 1), 'after it too')

  await as(lead).patch(`/api/customers/${id}`).send({ exclusiveAgentUid: -1 }).expect(200)
  await customer.says('第二次')
  const next = await sessionOf(house, customer)
  assert.notEqual(next.id, first.id)
  await does(lead, `${next.id}/transfer`, { groupId: group }).expect(200)
  assert.deepEqual(await reads(second, id, [first.id, next.id]), all(200, 2), 'in the queue')
  assert.deepEqual(await found(second, customer.openid), [id])
  assert.deepEqual(await reads(stranger, id, [first.id, next.id]), all(404, 2))
  assert.deepEqual(await found(stranger), [])
  await does(second, `${next.id}/claim`).expect(200)
  assert.deepEqual(
    await reads(second, id, [first.id, next.id]),
    all(200, 2),
    'what was before, too',
  )
  // the former owner still reads the sessions they had, but neither the new session nor the
  // customer
  await as(owner).get(`/api/sessions/${first.id}`).expect(200)
  await as(owner).get(`/api/sessions/${next.id}`).expect(404)
  await as(owner).get(`/api/customers/${id}`).expect(404)
  assert.deepEqual(await found(owner), [])

  // the exclusive agent reads everything, although the open session is somebody else's
  assert.deepEqual(await reads(keeper, id, [first.id, next.id]), all(404, 2))
  assert.deepEqual(await found(keeper, customer.openid), [])
  await as(lead).patch(`/api/customers/${id}`).send({ exclusiveAgentUid: keeper.uid }).expect(200)
  assert.deepEqual(await reads(keeper, id, [first.id, next.id]), all(200, 2), 'the exclusive agent')
  assert.deepEqual(await found(keeper, customer.openid), [id])

  await does(second, `${next.id}/members`, { uids: [stranger.uid] }).expect(200)
  assert.deepEqual(await reads(stranger, id, [first.id, next.id]), all(200, 2), 'a member')
  assert.deepEqual(await found(stranger), [id])
})

void test("a customer's description is changed by the owner, the exclusive agent and supervisors; people who may only read get 403, others 404", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { owner, second, stranger, lead } = await people(house)
  const customer = await follower(house)
  await customer.says('在吗')
  const session = await sessionOf(house, customer)
  const path = `/api/customers/${session.customer.id}`
  const describe = (actor: Actor, body: object) => as(actor).patch(path).send(body)
  // while the session is queued in the common lane, an agent may read the customer but not change
  // their description
  await describe(second, { alias: 'x' }).expect(403).expect(refusal('not_owner'))
  await does(owner, `${session.id}/claim`).expect(200)
  await describe(owner, { alias: '老王' }).expect(200)
  await describe(owner, { exclusiveAgentUid: -1 }).expect(403).expect(refusal('not_allowed'))
  await describe(owner, { priority: 3 }).expect(403).expect(refusal('not_allowed'))
  // a member of the group chat may read the customer but not change their description
  await does(owner, `${session.id}/members`, { uids: [second.uid] }).expect(200)
  await describe(second, { remark: 'x' }).expect(403).expect(refusal('not_owner'))
  await describe(stranger, { remark: 'x' }).expect(404).expect(refusal('not_found'))
  // an exclusive agent who is not the owner may change the description, and the owner still may too
  await describe(lead, { exclusiveAgentUid: second.uid }).expect(200)
  await describe(second, { remark: '常客' }).expect(200)
  await describe(owner, { tags: ['a'] }).expect(200)
  const { body: after } = await as(lead).get(path).expect(200)
  assert.deepEqual([after.alias, after.remark, after.tags], ['老王', '常客', ['a']])
})
