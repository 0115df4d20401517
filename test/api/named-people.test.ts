// People who are named in a call must exist, be enabled and serve the account; otherwise the error
// names the field.
import assert from 'node:assert/strict'
import test from 'node:test'
import { as, refusal } from '../support/api.ts'
import { password, signIn } from '../support/app.ts'
import { openDesk } from '../support/desk.ts'

const nobody = 999_999
const rule = (action: object) => ({
  name: 'x',
  match: { kind: 'contains', keywords: ['退'] },
  action,
})

void test('naming a person, a group or an account that is not of the company is refused with the name of the field', async (t) => {
  const at = await openDesk(t)
  const { house, id, session } = at
  const admin = as(house.admin)
  const person = await house.agent('person')
  const boss = { username: 'boss-b', password }
  await admin.post('/api/companies').send({ name: 'B', admin: boss }).expect(201)
  const foreign = (await signIn(house.url, 'boss-b')).uid
  const customer = `/api/customers/${(await session()).customer.id}`
  const accountId = (await session()).accountId
  const user = `/api/users/${person.uid}`
  const reception = { accountId, scene: 's1', name: 'x', qr: false }
  const named: ['post' | 'patch', string, (uid: number) => object, string][] = [
    ['patch', user, (uid) => ({ deputyUids: [uid] }), 'deputyUids'],
    ['patch', user, (uid) => ({ groupIds: [uid] }), 'groupIds'],
    ['patch', user, (uid) => ({ accountIds: [String(uid)] }), 'accountIds'],
    ['post', `/api/sessions/${id}/transfer`, (uid) => ({ agentUid: uid }), 'agentUid'],
    ['post', `/api/sessions/${id}/transfer`, (uid) => ({ groupId: uid }), 'groupId'],
    ['post', `/api/sessions/${id}/members`, (uid) => ({ uids: [uid] }), 'uids'],
    ['post', '/api/rules', (uid) => rule({ kind: 'agent', uid }), 'action.uid'],
    ['post', '/api/rules', (uid) => rule({ kind: 'group', groupId: uid }), 'action.groupId'],
    ['post', '/api/receptions', (uid) => ({ ...reception, kind: 'user', uid }), 'uid'],
    ['post', '/api/receptions', (groupId) => ({ ...reception, kind: 'group', groupId }), 'groupId'],
    ['patch', customer, (uid) => ({ exclusiveAgentUid: uid }), 'exclusiveAgentUid'],
  ]
  const before = await session()
  for (const [method, path, body, field] of named) {
    for (const uid of [nobody, foreign]) {
      const naming = admin[method](path).send(body(uid))
      await naming.expect(400).expect(refusal('invalid_input', field))
    }
  }
  assert.deepEqual(await session(), before, 'nothing has moved')
})

void test("a customer's exclusive agent cannot be somebody who is disabled or does not serve the customer's account", async (t) => {
  const at = await openDesk(t)
  const { house, agent } = at
  const admin = as(house.admin)
  const customer = `/api/customers/${(await at.session()).customer.id}`
  const give = (uid: number) => admin.patch(customer).send({ exclusiveAgentUid: uid })
  const [gone, elsewhere, heir] = [
    await house.agent('gone'),
    await house.agent('elsewhere', { accountIds: [] }),
    await house.agent('heir'),
  ]
  await admin.patch(`/api/users/${gone.uid}`).send({ enabled: false }).expect(200)
  for (const [uid, status, code] of [
    [gone.uid, 409, 'agent_disabled'],
    [elsewhere.uid, 409, 'agent_not_on_account'],
    [0, 400, 'invalid_input'],
    [-2, 400, 'invalid_input'],
  ] as const) {
    await give(uid).expect(status).expect(refusal(code, 'exclusiveAgentUid'))
  }
  assert.equal((await admin.get(customer)).body.exclusiveAgentUid, agent.uid)
  for (const uid of [heir.uid, -1]) {
    const { body: given } = await give(uid).expect(200)
    assert.equal(given.exclusiveAgentUid, uid)
  }
})
