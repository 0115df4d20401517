import assert from 'node:assert/strict'
import test from 'node:test'
import { agentActor } from '../../rules/session/actor.ts'
import { personStream, laneStream } from '../../rules/session/stream.ts'
import { privateLane, groupLane } from '../../rules/session/lane.ts'
import { post } from '../support/app.ts'
import { openDesk, eventsOf } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { accountOf } from '../support/seen.ts'

void test("a transfer to a person keeps the session's id, waits for that person alone, and moves the load and the customer to them", async (t) => {
  const at = await openDesk(t)
  const target = await at.house.agent('target')
  const before: { fence: number } = await at.session()
  const moved = await at.verb(at.agent, 'transfer', {
    agentUid: target.uid,
    note: '老客户，请优先',
    fence: before.fence,
  })
  assert.equal(moved.status, 200, JSON.stringify(moved.body))
  assert.deepEqual(
    [moved.body.id, moved.body.stateCode, moved.body.agentUid, moved.body.kind],
    [at.id, 0, target.uid, 'user'],
  )
  assert.equal(moved.body.fence, before.fence + 1)
  assert.equal(moved.body.customer.exclusiveAgentUid, target.uid)
  assert.deepEqual([await at.load(at.agent.uid), await at.load(target.uid)], [0, 1])
  assert.deepEqual((await at.ledger()).at(-1), {
    ...(await at.ledger()).at(-1),
    from: 1,
    to: 0,
    actor: agentActor(at.agent.uid),
    reason: 'transferred',
    agentUid: target.uid,
  })
  for (const uid of [at.agent.uid, target.uid]) {
    assert.equal((await eventsOf(at.house, personStream(uid))).at(-1)?.type, 'session.transferred')
  }

  const note = (await at.lines(target)).at(-1)
  assert.deepEqual(
    [note.opercode, note.direction, note.text, note.agentUid, note.agentName],
    [5, 'system', '老客户，请优先', at.agent.uid, 'agent1'],
  )
  assert.equal((await at.verb(target, 'accept', { fence: moved.body.fence })).body.stateCode, 1)
  assert.equal((await at.say(target, '我来跟进')).status, 202)
  await eventually(async () => {
    assert.deepEqual(await at.arrived(), ['我来跟进'])
  })
})

void test('after a transfer the former owner can still read the session but not write, note, transfer or close it', async (t) => {
  const at = await openDesk(t)
  const target = await at.house.agent('target')
  await at.verb(at.agent, 'transfer', { agentUid: target.uid })
  assert.equal((await at.agent.call('GET', `/api/sessions/${at.id}`)).status, 200)
  assert.equal((await at.lines(at.agent)).length, 1)
  assert.equal((await at.say(at.agent, 'x')).body.error.code, 'not_owner')
  for (const [verb, body] of Object.entries({
    notes: { text: 'x' },
    transfer: { agentUid: at.agent.uid },
    close: {},
    accept: {},
    typing: {},
  })) {
    const answer = await at.verb(at.agent, verb, body)
    assert.deepEqual([answer.status, answer.body.error.code], [403, 'not_owner'], verb)
  }
  const stranger = await at.house.agent('stranger')
  assert.equal(
    (await stranger.call('GET', `/api/sessions/${at.id}`)).status,
    404,
    'who never had it does not see it',
  )
})

void test("a transfer to a group queues the session in the group's lane for its members, and the customer belongs to nobody", async (t) => {
  const at = await openDesk(t)
  const group = (await at.house.admin.call('POST', '/api/groups', { name: '售后' })).body
  assert.equal(
    (await at.verb(at.agent, 'transfer', { groupId: group.id })).body.error.code,
    'group_empty',
  )
  const member = await at.house.agent('member', { groupIds: [group.id] })
  const other = await at.house.agent('other')
  const lane = groupLane(group.id, await accountOf(at.house))
  const moved = await at.verb(at.agent, 'transfer', { groupId: group.id })
  assert.deepEqual(
    [
      moved.status,
      moved.body.stateCode,
      moved.body.agentUid,
      moved.body.queue.lane,
      moved.body.kind,
    ],
    [200, 3, null, lane, 'group'],
  )
  assert.equal(moved.body.customer.exclusiveAgentUid, -1)
  assert.equal(await at.load(at.agent.uid), 0)
  assert.equal((await eventsOf(at.house, laneStream(lane))).at(-1)?.type, 'session.queued')
  assert.equal(
    (await other.call('POST', `/api/sessions/${at.id}/claim`, {})).body.error.code,
    'not_your_lane',
  )
  const claimed = await member.call('POST', '/api/sessions/claim', {})
  assert.deepEqual(
    [claimed.body.id, claimed.body.agentUid, claimed.body.customer.exclusiveAgentUid],
    [at.id, member.uid, member.uid],
  )
})

void test('a transfer to somebody who is disabled, full, unknown or does not serve the account is refused with the reason, and changes nothing', async (t) => {
  const at = await openDesk(t)
  const { house, agent } = at
  const [gone, full, elsewhere, away] = [
    await house.agent('gone'),
    await house.agent('full', { capacity: 0 }),
    await house.agent('elsewhere', { accountIds: [] }),
    await house.agent('away'),
  ]
  await house.admin.call('PATCH', `/api/users/${gone.uid}`, { enabled: false })
  await away.call('PUT', '/api/me/presence', { status: 'away' })
  const rows = () => house.rows('select * from message_session')
  const before = await rows()
  const refused: [number, number, string][] = [
    [gone.uid, 409, 'agent_disabled'],
    [full.uid, 409, 'agent_at_capacity'],
    [elsewhere.uid, 409, 'agent_not_on_account'],
    [999_999, 400, 'invalid_input'],
    [agent.uid, 409, 'same_agent'],
  ]
  for (const [uid, status, code] of refused) {
    const answer = await at.verb(agent, 'transfer', { agentUid: uid })
    assert.deepEqual([answer.status, answer.body.error.code], [status, code])
  }
  assert.equal((await at.verb(agent, 'transfer', { groupId: 999_999 })).status, 400)
  assert.equal((await at.verb(agent, 'transfer', {})).status, 400)
  assert.equal(
    (await at.verb(agent, 'transfer', { agentUid: away.uid, groupId: 1 })).status,
    400,
    'one target, not two',
  )
  assert.deepEqual(await rows(), before)
  assert.deepEqual([await at.load(agent.uid), await at.load(full.uid)], [1, 0])
  assert.equal(
    (await at.verb(agent, 'transfer', { agentUid: away.uid })).body.stateCode,
    0,
    'who is away for a while gets it all the same',
  )
})

void test('replies accepted before a transfer are still sent, in order and before those of the new owner', async (t) => {
  const at = await openDesk(t)
  const target = await at.house.agent('target')
  await post(`${at.house.simulator}/sim/faults`, {
    path: '/cgi-bin/message/custom/send',
    kind: 'slow',
    delayMs: 1000,
  })
  assert.deepEqual(
    [(await at.say(at.agent, '一')).status, (await at.say(at.agent, '二')).status],
    [202, 202],
  )
  await at.verb(at.agent, 'transfer', { agentUid: target.uid })
  await at.verb(target, 'accept')
  assert.equal((await at.say(target, '三')).status, 202)
  await eventually(async () => {
    assert.deepEqual(await at.arrived(), ['一', '二', '三'])
  })
})

void test("after A transfers to B and B back to A, a call with A's old fence is refused", async (t) => {
  const at = await openDesk(t)
  const b = await at.house.agent('b')
  const old: number = (await at.session()).fence
  await at.verb(at.agent, 'transfer', { agentUid: b.uid })
  await at.verb(b, 'accept')
  await at.verb(b, 'transfer', { agentUid: at.agent.uid })
  await at.verb(at.agent, 'accept')
  assert.equal((await at.session()).agentUid, at.agent.uid)
  for (const [verb, body] of Object.entries({
    messages: { clientMsgId: 'old', type: 'text', text: 'x' },
    notes: { text: 'x' },
    transfer: { agentUid: b.uid },
    close: {},
  })) {
    const answer = await at.verb(at.agent, verb, { ...body, fence: old })
    assert.deepEqual([answer.status, answer.body.error.code], [409, 'session_moved'], verb)
  }
  assert.equal((await at.say(at.agent, '在', { fence: old + 2 })).status, 202)
})

void test("a supervisor takes over a session, even out of an agent's private lane: it becomes theirs, and the agent can still read it", async (t) => {
  const at = await openDesk(t)
  const boss = await at.house.agent('boss', { role: 'supervisor' })
  assert.equal((await at.verb(await at.house.agent('nobody'), 'takeover')).status, 403)
  const taken = await at.verb(boss, 'takeover')
  assert.deepEqual(
    [taken.body.stateCode, taken.body.agentUid, taken.body.customer.exclusiveAgentUid],
    [1, boss.uid, at.agent.uid],
  )
  assert.deepEqual([await at.load(at.agent.uid), await at.load(boss.uid)], [0, 1])
  assert.equal((await at.say(at.agent, 'x')).body.error.code, 'not_owner')
  assert.equal((await at.lines(at.agent)).length, 1)
  const line = await at.say(boss, '我来处理')
  assert.equal(line.body.message.opercode, 1)
  assert.deepEqual(
    (await at.verb(boss, 'takeover')).body.fence,
    taken.body.fence,
    'a session that is theirs already stays as it is',
  )

  await at.verb(boss, 'close')
  await at.agent.call('PUT', '/api/me/presence', { status: 'away' })
  await at.customer.says('还有问题')
  const [reserved] = (await boss.call('GET', '/api/sessions?state=queued')).body.items
  assert.equal(reserved.queue.lane, privateLane(at.agent.uid))
  assert.equal(
    (await boss.call('POST', `/api/sessions/${reserved.id}/takeover`, {})).body.stateCode,
    1,
  )
})
