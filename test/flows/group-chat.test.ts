import assert from 'node:assert/strict'
import test from 'node:test'
import { sessionStream } from '../../rules/session/stream.ts'
import { openDesk, eventsOf } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'

void test('members of a group chat read the whole session and write in it, and its lines are sent to its own event stream', async (t) => {
  const at = await openDesk(t)
  const [a, b] = [await at.house.agent('helper1'), await at.house.agent('helper2')]
  assert.equal(
    (await a.call('GET', `/api/sessions/${at.id}`)).status,
    404,
    'the premise: the other agent sees nothing before',
  )
  const made = await at.verb(at.agent, 'members', { uids: [a.uid, b.uid] })
  assert.deepEqual(
    [made.status, made.body.stateCode, made.body.state, made.body.memberUids, made.body.agentUid],
    [200, 2, 'active', [a.uid, b.uid], at.agent.uid],
  )
  assert.deepEqual(
    [await at.load(a.uid), await at.load(at.agent.uid)],
    [0, 1],
    'a member carries no load',
  )
  assert.ok(
    (await a.call('GET', '/api/sessions?state=active&mine=true')).body.items.some(
      (one: { id: string }) => one.id === at.id,
    ),
  )

  const said = (await at.say(a, '我补充一下')).body.message
  assert.deepEqual([said.opercode, said.agentUid, said.agentName], [4, a.uid, 'helper1'])
  assert.equal((await at.say(at.agent, '好的')).body.message.opercode, 1)
  assert.equal((await at.say(at.house.admin, '我是主管')).body.message.opercode, 3)
  await eventually(async () => {
    assert.deepEqual(await at.arrived(), ['我补充一下', '好的', '我是主管'])
  })
  const told = async () =>
    (await eventsOf(at.house, sessionStream(at.id))).map((event) => event.type)
  await eventually(async () => {
    assert.deepEqual(await told(), [
      'session.joined',
      'message.sent',
      'message.sent',
      'message.sent',
    ])
  })
  await at.customer.says('谢谢')
  assert.equal((await told()).at(-1), 'message.received')
})

void test('a member removed from a group chat can no longer read or write in it, and when the last member leaves the group chat ends', async (t) => {
  const at = await openDesk(t)
  const [a, b] = [await at.house.agent('helper1'), await at.house.agent('helper2')]
  await at.verb(at.agent, 'members', { uids: [a.uid, b.uid] })
  assert.equal(
    (await a.call('DELETE', `/api/sessions/${at.id}/members`, { uids: [b.uid] })).body.error.code,
    'not_owner',
    'a member sends nobody away',
  )
  assert.deepEqual(
    (await at.agent.call('DELETE', `/api/sessions/${at.id}/members`, { uids: [b.uid] })).body
      .memberUids,
    [a.uid],
  )
  assert.equal((await b.call('GET', `/api/sessions/${at.id}`)).status, 404)
  assert.equal((await at.say(b, 'x')).body.error.code, 'not_owner')
  assert.equal((await at.say(a, '我还在')).status, 202)

  assert.equal(
    (await a.call('DELETE', `/api/sessions/${at.id}/members`, { uids: [a.uid] })).status,
    200,
    'a member may leave',
  )
  assert.deepEqual(
    [(await at.session()).stateCode, (await at.session()).memberUids],
    [1, undefined],
  )
  await at.customer.says('一个人')
  const events = await eventsOf(at.house, sessionStream(at.id))
  assert.equal(events.at(-1)?.type, 'session.left', 'without members nothing is written there')
  assert.deepEqual(
    (await at.ledger()).map((step) => [step.from, step.to]),
    [
      [null, 3],
      [3, 1],
      [1, 2],
      [2, 2],
      [2, 1],
    ],
  )
  assert.equal(
    (await at.verb(at.agent, 'members', { uids: [b.uid] })).body.stateCode,
    2,
    'who left may come again',
  )
})

void test('a group chat closes like any session, its members can read it afterwards, and a new owner starts without members', async (t) => {
  const at = await openDesk(t)
  const [a, target] = [await at.house.agent('helper1'), await at.house.agent('target')]
  await at.verb(at.agent, 'members', { uids: [a.uid] })
  const moved = await at.verb(at.agent, 'transfer', { agentUid: target.uid })
  assert.equal(moved.body.stateCode, 0)
  assert.equal(
    (await a.call('GET', `/api/sessions/${at.id}`)).status,
    404,
    "the chat was its owner's",
  )
  assert.equal(
    (await eventsOf(at.house, sessionStream(at.id))).at(-1)?.type,
    'session.transferred',
    'its members heard it',
  )
  await at.verb(target, 'accept')
  await at.verb(target, 'members', { uids: [a.uid] })
  assert.equal((await at.verb(target, 'close')).body.stateCode, -1)
  assert.equal((await a.call('GET', `/api/sessions/${at.id}`)).status, 200)
  assert.equal((await at.say(a, 'x')).body.error.code, 'session_not_open')
  assert.equal(await at.load(target.uid), 0)
})

void test('only enabled people of the company become members of a group chat, and a session that is not accepted has none', async (t) => {
  const at = await openDesk(t)
  const gone = await at.house.agent('gone')
  await at.house.admin.call('PATCH', `/api/users/${gone.uid}`, { enabled: false })
  assert.equal(
    (await at.verb(at.agent, 'members', { uids: [gone.uid] })).body.error.code,
    'agent_disabled',
  )
  assert.equal((await at.verb(at.agent, 'members', { uids: [999_999] })).status, 400)
  assert.equal(
    (await at.verb(at.agent, 'members', { uids: [at.agent.uid] })).body.stateCode,
    1,
    'the owner is not a member of their own group chat',
  )
  const target = await at.house.agent('target')
  await at.verb(at.agent, 'transfer', { agentUid: target.uid })
  assert.equal(
    (await at.verb(target, 'members', { uids: [at.agent.uid] })).body.error.code,
    'session_not_accepted',
  )
})
