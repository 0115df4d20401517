// People who are named where something is saved: they are there, enabled, and serve the account, or the field is told.
import assert from 'node:assert/strict'
import test from 'node:test'
import { password, signIn } from '../support/app.ts'
import { openDesk } from '../support/desk.ts'

const nobody = 999_999
const rule = (action: object) => ({
  name: 'x',
  match: { kind: 'contains', keywords: ['退'] },
  action,
})

void test('whoever names a person, a group or an account that is not of the company is told the field', async (t) => {
  const at = await openDesk(t)
  const { house, id, session } = at
  const person = await house.agent('person')
  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const foreign = (await signIn(house.url, 'boss-b')).uid
  const customer = `/api/customers/${(await session()).customer.id}`
  const accountId = (await session()).accountId
  const user = `/api/users/${person.uid}`
  const reception = { accountId, scene: 's1', name: 'x', qr: false }
  const named: [string, string, (uid: number) => object, string][] = [
    ['PATCH', user, (uid) => ({ deputyUids: [uid] }), 'deputyUids'],
    ['PATCH', user, (uid) => ({ groupIds: [uid] }), 'groupIds'],
    ['PATCH', user, (uid) => ({ accountIds: [String(uid)] }), 'accountIds'],
    ['POST', `/api/sessions/${id}/transfer`, (uid) => ({ agentUid: uid }), 'agentUid'],
    ['POST', `/api/sessions/${id}/transfer`, (uid) => ({ groupId: uid }), 'groupId'],
    ['POST', `/api/sessions/${id}/members`, (uid) => ({ uids: [uid] }), 'uids'],
    ['POST', '/api/rules', (uid) => rule({ kind: 'agent', uid }), 'action.uid'],
    ['POST', '/api/rules', (uid) => rule({ kind: 'group', groupId: uid }), 'action.groupId'],
    ['POST', '/api/receptions', (uid) => ({ ...reception, kind: 'user', uid }), 'uid'],
    ['POST', '/api/receptions', (groupId) => ({ ...reception, kind: 'group', groupId }), 'groupId'],
    ['PATCH', customer, (uid) => ({ exclusiveAgentUid: uid }), 'exclusiveAgentUid'],
  ]
  const before = await session()
  for (const [method, path, body, field] of named) {
    for (const uid of [nobody, foreign]) {
      const answer = await house.admin.call(method, path, body(uid))
      assert.deepEqual(
        [answer.status, answer.body.error?.code, answer.body.error?.details?.field],
        [400, 'invalid_input', field],
        `${method} ${path} ${JSON.stringify(body(uid))}`,
      )
    }
  }
  assert.deepEqual(await session(), before, 'nothing has moved')
})

void test('a customer is given as exclusive to nobody who is disabled or does not serve their account', async (t) => {
  const at = await openDesk(t)
  const { house, agent } = at
  const customer = `/api/customers/${(await at.session()).customer.id}`
  const [gone, elsewhere, heir] = [
    await house.agent('gone'),
    await house.agent('elsewhere', { accountIds: [] }),
    await house.agent('heir'),
  ]
  await house.admin.call('PATCH', `/api/users/${gone.uid}`, { enabled: false })
  for (const [uid, status, code] of [
    [gone.uid, 409, 'agent_disabled'],
    [elsewhere.uid, 409, 'agent_not_on_account'],
    [0, 400, 'invalid_input'],
    [-2, 400, 'invalid_input'],
  ] as const) {
    const answer = await house.admin.call('PATCH', customer, { exclusiveAgentUid: uid })
    assert.deepEqual(
      [answer.status, answer.body.error?.code, answer.body.error?.details?.field],
      [status, code, 'exclusiveAgentUid'],
    )
  }
  assert.equal((await house.admin.call('GET', customer)).body.exclusiveAgentUid, agent.uid)
  for (const uid of [heir.uid, -1]) {
    const given = await house.admin.call('PATCH', customer, { exclusiveAgentUid: uid })
    assert.deepEqual([given.status, given.body.exclusiveAgentUid], [200, uid])
  }
})
