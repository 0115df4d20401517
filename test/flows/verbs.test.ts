// What agents and supervisors do other than answering: greet, start a session, watch, show that
// they are typing, grade.
import assert from 'node:assert/strict'
import test from 'node:test'
import { personStream, sessionStream } from '../../rules/session/stream.ts'
import { openHouse, post, signIn } from '../support/app.ts'
import { openDesk, eventsOf, type Desk } from '../support/desk.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'

const set = (at: Pick<Desk, 'house'>, settings: object) =>
  at.house.admin.call('PATCH', '/api/settings', settings)

void test("an agent who takes up a session greets the customer once, with the company's words or their own, but not if this would use up the last reply", async (t) => {
  const at = await openDesk(t)
  assert.equal((await set(at, { greeting: '您好，我是客服{name}' })).status, 200)
  const [b, c] = [await at.house.agent('小李'), await at.house.agent('小王')]
  await c.call('PUT', '/api/me/greeting', { text: '我是{name}，请讲' })
  await at.verb(at.agent, 'transfer', { agentUid: b.uid })
  assert.equal((await at.lines()).length, 1, 'no greeting before the agent accepts')
  await Promise.all([at.verb(b, 'accept'), at.verb(b, 'accept')])
  const greeting = (await at.lines()).at(-1)
  assert.deepEqual(
    [greeting.opercode, greeting.text, greeting.agentUid],
    [6, '您好，我是客服小李', b.uid],
  )
  await eventually(async () => {
    assert.deepEqual(await at.arrived(), ['您好，我是客服小李'])
  })
  await at.verb(b, 'transfer', { agentUid: c.uid })
  await at.verb(c, 'accept')
  await eventually(async () => {
    assert.deepEqual((await at.arrived()).at(-1), '我是小王，请讲')
  })

  await at.say(c, '一')
  await at.say(c, '二')
  assert.equal((await at.session()).window.remaining, 1)
  await at.verb(c, 'transfer', { agentUid: b.uid })
  assert.equal(
    (await at.verb(b, 'accept')).body.window.remaining,
    1,
    "the last reply is a person's",
  )
  assert.equal((await at.say(b, '三')).status, 202)
})

void test("an agent can start a session with a customer who is theirs or nobody's and has none open, and that customer is not reclaimed at once", async (t) => {
  const at = await openDesk(t, { withoutCron: true })
  const customerId = (await at.session()).customer.id
  const other = await at.house.agent('other')
  const start = (who = at.agent) => who.call('POST', '/api/sessions', { customerId })
  assert.equal((await start()).body.error.code, 'customer_has_session')
  await at.verb(at.agent, 'close')
  assert.equal((await start(other)).body.error.code, 'customer_reserved')
  await at.house.app.advanceTo(11 * 24 * 3600_000)
  const again = await signIn(at.house.url, 'agent1')
  const races = await Promise.all([start(again), start(again), start(again)])
  assert.deepEqual(races.map((one) => one.status).sort(), [201, 409, 409])
  const made = races.find((one) => one.status === 201)?.body
  assert.deepEqual(
    [made.stateCode, made.agentUid, made.kind, made.customer.id],
    [1, at.agent.uid, 'user', customerId],
  )
  assert.equal(await at.load(at.agent.uid), 1)
  const admin = await signIn(at.house.url, 'admin')
  await admin.call('POST', '/api/admin/jobs/reclaim/run', {})
  assert.equal((await again.call('GET', `/api/sessions/${made.id}`)).body.stateCode, 1)
  const refused = await again.call('POST', `/api/sessions/${made.id}/messages`, {
    clientMsgId: 'late',
    type: 'text',
    text: '您好',
  })
  assert.equal(refused.body.error.code, 'reply_window_closed', 'starting opens no window')
  await at.customer.says('我在')
  assert.equal(
    (
      await again.call('POST', `/api/sessions/${made.id}/messages`, {
        clientMsgId: 'now',
        type: 'text',
        text: '您好',
      })
    ).status,
    202,
  )
})

void test('an agent who is full or does not serve the account cannot start a session', async (t) => {
  const at = await openDesk(t)
  const customerId = (await at.session()).customer.id
  await at.house.admin.call('PATCH', `/api/customers/${customerId}`, { exclusiveAgentUid: -1 })
  await at.verb(at.agent, 'close')
  await at.house.admin.call('PATCH', `/api/customers/${customerId}`, { exclusiveAgentUid: -1 })
  const [full, elsewhere] = [
    await at.house.agent('full', { capacity: 0 }),
    await at.house.agent('elsewhere', { accountIds: [] }),
  ]
  assert.equal(
    (await full.call('POST', '/api/sessions', { customerId })).body.error.code,
    'agent_at_capacity',
  )
  assert.equal(
    (await elsewhere.call('POST', '/api/sessions', { customerId })).body.error.code,
    'agent_not_on_account',
  )
  assert.equal(
    (await full.call('POST', '/api/sessions', { customerId: 'f'.repeat(32) })).status,
    404,
  )
})

void test("a session's grade is still shown after the session is queued again", async (t) => {
  const at = await openDesk(t)
  const boss = await at.house.agent('boss', { role: 'supervisor' })
  const group = (await at.house.admin.call('POST', '/api/groups', { name: '售后' })).body
  await at.house.admin.call('PATCH', `/api/users/${at.agent.uid}`, { groupIds: [group.id] })
  assert.equal((await at.verb(boss, 'grade', { grade: 2 })).status, 200)
  assert.equal((await at.verb(at.agent, 'transfer', { groupId: group.id })).status, 200)
  const { stateCode, grade } = await at.session()
  assert.deepEqual([stateCode, grade?.grade], [3, 2])
})

void test("a supervisor can grade other people's sessions and change the grade, and the agent sees it", async (t) => {
  const at = await openDesk(t)
  const boss = await at.house.agent('boss', { role: 'supervisor' })
  assert.equal((await at.verb(at.agent, 'grade', { grade: 1 })).status, 403)
  assert.equal((await at.verb(boss, 'grade', { grade: 4 })).status, 400)
  await at.verb(at.agent, 'close')
  assert.equal((await at.verb(boss, 'grade', { grade: 3, text: '回复太慢' })).status, 200)
  const again = await at.verb(boss, 'grade', { grade: 2, text: '可以更快' })
  assert.deepEqual(
    [again.body.grade.grade, again.body.grade.text, again.body.grade.uid],
    [2, '可以更快', boss.uid],
  )
  assert.equal((await at.agent.call('GET', `/api/sessions/${at.id}`)).body.grade.grade, 2)
  assert.equal(
    (await eventsOf(at.house, personStream(at.agent.uid))).at(-1)?.type,
    'session.graded',
  )
  await at.customer.says('又来')
  const [own] = (await boss.call('GET', '/api/sessions?state=waiting')).body.items
  await boss.call('POST', `/api/sessions/${own.id}/takeover`, {})
  assert.equal(
    (await boss.call('POST', `/api/sessions/${own.id}/grade`, { grade: 1 })).status,
    403,
    "not one's own work",
  )
})

void test('while a supervisor watches a session its lines are sent to its own event stream, and not afterwards', async (t) => {
  const at = await openDesk(t, { withoutCron: true })
  const events = async () =>
    (await eventsOf(at.house, sessionStream(at.id))).map((event) => event.type)
  await at.customer.says('一')
  assert.deepEqual(await events(), [])
  assert.equal((await at.verb(at.agent, 'watch')).status, 403)
  const watched = await at.verb(at.house.admin, 'watch')
  assert.deepEqual([watched.status, watched.body.stream], [200, sessionStream(at.id)])
  await at.customer.says('二')
  assert.deepEqual(await events(), ['message.received'])
  assert.ok(
    (await eventsOf(at.house, personStream(at.agent.uid))).some(
      (event) => event.type === 'message.received',
    ),
    'the owner hears it as before',
  )
  await at.house.app.advanceTo(3 * 60_000)
  await at.customer.says('三')
  assert.deepEqual(await events(), ['message.received'])
})

void test('WeChat is told once that an agent is typing, only by somebody who may write and only while WeChat would show it', async (t) => {
  const at = await openDesk(t, { withoutCron: true })
  const calls = async () =>
    (
      (await (await fetch(`${at.house.simulator}/sim/ledger`)).json()) as {
        items: { path: string; errcode?: number }[]
      }
    ).items.filter(
      (item) => item.path === '/cgi-bin/message/custom/typing' && item.errcode !== 40014,
    )
  const stranger = await at.house.agent('stranger')
  assert.equal((await at.verb(stranger, 'typing')).status, 403)
  for (let n = 0; n < 3; n += 1) assert.equal((await at.verb(at.agent, 'typing')).status, 200)
  await eventually(async () => {
    assert.equal((await calls()).length, 1)
  })
  await at.house.app.advanceTo(60_000)
  assert.equal(
    (await at.verb(at.agent, 'typing')).status,
    200,
    'nobody has said anything for a minute',
  )
  await at.customer.says('在吗')
  assert.equal((await at.verb(at.agent, 'typing')).status, 200)
  await eventually(async () => {
    assert.equal((await calls()).length, 2)
  })
})

void test('lines that the owner has read are read on all their devices, and marking an earlier line changes nothing', async (t) => {
  const at = await openDesk(t)
  await at.customer.says('二')
  assert.equal((await at.session()).unread, 2)
  assert.equal((await at.verb(at.agent, 'read', { seq: 2 })).body.unread, 0)
  assert.deepEqual((await eventsOf(at.house, personStream(at.agent.uid))).at(-1)?.data, {
    sessionId: at.id,
    upTo: 2,
    unread: 0,
  })
  assert.equal((await at.verb(at.agent, 'read', { seq: 1 })).body.unread, 0)
  assert.equal((await at.verb(at.house.admin, 'read', { seq: 2 })).body.error.code, 'not_owner')
})

void test('many sessions can be closed in one call, each only if the caller may, and a reason in Chinese is stored', async (t) => {
  const at = await openDesk(t)
  const other = await follower(at.house)
  await other.says('你好')
  const queued = (await at.house.admin.call('GET', '/api/sessions?state=queued')).body.items[0]
    .id as string
  const answer = await at.agent.call('POST', '/api/sessions/close', {
    ids: [at.id, queued, 'f'.repeat(32)],
    reason: '客户已满意',
    pending: 'drop',
  })
  assert.deepEqual(answer.body, {
    closed: [at.id],
    failed: [
      { id: queued, code: 'not_owner' },
      { id: 'f'.repeat(32), code: 'not_found' },
    ],
  })
  assert.deepEqual(
    [(await at.session()).stateCode, (await at.session()).closeReason],
    [-1, '客户已满意'],
  )
  const byBoss = await at.house.admin.call('POST', '/api/sessions/close', { ids: [queued] })
  assert.deepEqual(byBoss.body.closed, [queued])
  assert.equal((await at.house.admin.call('GET', `/api/sessions/${queued}`)).body.stateCode, -4)
})

void test('closing a session lets accepted replies be sent, or on request drops those not sent yet and gives them back to the window', async (t) => {
  for (const pending of ['send', 'drop']) {
    const at = await openDesk(t)
    await post(`${at.house.simulator}/sim/faults`, {
      path: '/cgi-bin/message/custom/send',
      kind: 'slow',
      delayMs: 2000,
    })
    await at.say(at.agent, '一')
    await eventually(async () => {
      assert.equal((await at.lines())[1].delivery.state, 'sending')
    })
    await at.say(at.agent, '二')
    assert.equal(
      (await at.verb(at.agent, 'close', { pending })).body.window.remaining,
      pending === 'send' ? 3 : 4,
    )
    await eventually(async () => {
      assert.deepEqual(
        (await at.lines()).slice(1).map((line) => line.delivery.state),
        pending === 'send' ? ['sent', 'sent'] : ['sent', 'failed'],
      )
    })
    assert.deepEqual(await at.arrived(), pending === 'send' ? ['一', '二'] : ['一'])
  }
})

void test("supervisors can list anybody's sessions, agents only their own", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const [a, b] = [await house.agent('a'), await house.agent('b')]
  for (const agent of [a, b, b]) {
    await (await follower(house)).says('你好')
    await agent.call('POST', '/api/sessions/claim', {})
  }
  const count = async (who: typeof a, query: string) =>
    (await who.call('GET', `/api/sessions?state=active${query}`)).body.items.length as number
  assert.deepEqual(
    [await count(house.admin, ''), await count(house.admin, `&agentUid=${b.uid}`)],
    [3, 2],
  )
  assert.deepEqual([await count(a, ''), await count(a, `&agentUid=${b.uid}`)], [1, 1])
})
