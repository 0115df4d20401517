// What timers end and move. The clock is moved, and missed timers are made up for once.
import assert from 'node:assert/strict'
import test from 'node:test'
import { jobActor } from '../../rules/session/actor.ts'
import { privateLane } from '../../rules/session/lane.ts'
import { openHouse, signIn, type Actor, type House } from '../support/app.ts'
import {
  commonOf,
  later,
  ledgerOf,
  presence,
  pushFirst,
  runJob,
  sessionOf,
  setAll,
} from '../support/seen.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'

type Context = { after: (close: () => Promise<void>) => void }
const minute = 60_000
const day = 24 * 60 * minute

async function open(t: Context, settings: object = {}): Promise<House> {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  await setAll(house, settings)
  return house
}
const companyOf = async (house: House) =>
  (await house.app.ports.store.read.companies.list())[0]?.company_id ?? ''
const loadOf = async (house: House, uid: number) =>
  (await house.rows<{ load: number }>('select `load` from agent_load where uid = ?', [uid]))[0]
    ?.load

void test('a session that its agent does not accept within a day ends with -2, and the customer belongs to nobody', async (t) => {
  const house = await open(t)
  const agent = await house.agent('agent1')
  const customer = await follower(house)
  await customer.says('一')
  await agent.call(
    'POST',
    `/api/sessions/${(await agent.call('POST', '/api/sessions/claim', {})).body.id}/close`,
    {},
  )
  await customer.says('二')
  const { id, stateCode } = await sessionOf(house, customer)
  assert.equal(stateCode, 0)
  let admin = await later(house, day - minute)
  assert.equal((await runJob(admin, 'waiting-timeout'))['ended'], 0)
  admin = await later(house, day + minute)
  assert.equal((await runJob(admin, 'waiting-timeout'))['ended'], 1)
  const ended = await sessionOf(house, customer, admin)
  assert.deepEqual(
    [ended.id, ended.stateCode, ended.closeReason, ended.customer.exclusiveAgentUid, ended.unread],
    [id, -2, 'waiting_timed_out', -1, 1],
  )
  assert.equal(await loadOf(house, agent.uid), 0)
  assert.deepEqual(
    (await ledgerOf(admin, id)).map((step) => [step.from, step.to, step.actor]).at(-1),
    [0, -2, jobActor('waiting-timeout')],
  )
  assert.equal((await runJob(admin, 'waiting-timeout'))['ended'], 0, 'once')
})

void test('a session that its agent did not accept in time is listed as missed, for its agent and for supervisors alone', async (t) => {
  const house = await open(t, { waitingMinutes: 60 })
  const [agent, other] = [await house.agent('agent1'), await house.agent('agent2')]
  const supervisor = await house.agent('supervisor', { role: 'supervisor' })
  const customer = await follower(house)
  await customer.says('一')
  const { id: first } = (await agent.call('POST', '/api/sessions/claim', {})).body
  await agent.call('POST', `/api/sessions/${first}/close`, {})
  await customer.says('二')
  const { id, stateCode } = await sessionOf(house, customer)
  assert.equal(stateCode, 0, 'the premise: it waits to be accepted')
  const missedBy = async (who: Actor) =>
    ((await who.call('GET', '/api/sessions?state=missed')).body.items as MissedItem[]).map(
      (one) => [one.id, one.unread, one.missed.contactRefused],
    )
  assert.deepEqual(await missedBy(supervisor), [])

  await house.app.advanceTo(61 * minute)
  assert.equal((await runJob(house.admin, 'waiting-timeout'))['ended'], 1)
  assert.equal((await sessionOf(house, customer)).stateCode, -2)
  for (const who of [agent, supervisor]) assert.deepEqual(await missedBy(who), [[id, 1, null]])
  assert.deepEqual(await missedBy(other), [])
})

void test('a session that nobody claims within two days ends with -3, exactly once, however long no process was running', async (t) => {
  const house = await open(t)
  const customers = [await follower(house), await follower(house), await follower(house)]
  for (const customer of customers) await customer.says('有人吗')
  const admin = await later(house, 9 * day)
  const both = await Promise.all(
    [1, 2].map(() => admin.call('POST', '/api/admin/jobs/queue-timeout/run', {})),
  )
  assert.equal(
    both.reduce((sum, one) => sum + Number(one.body.result?.ended ?? 0), 0),
    3,
    'also when it is asked twice at once',
  )
  for (const customer of customers) {
    const ended = await sessionOf(house, customer, admin)
    assert.deepEqual([ended.stateCode, ended.closeReason], [-3, 'queue_timed_out'])
    assert.deepEqual(
      (await ledgerOf(admin, ended.id)).map((step) => step.to),
      [3, -3],
    )
  }
  assert.equal((await admin.call('GET', '/api/sessions?state=queued')).body.items.length, 0)
  await customers[0]!.says('还在吗')
  assert.equal(
    (await sessionOf(house, customers[0]!, admin)).stateCode,
    3,
    'their next message queues anew',
  )
})

void test('where only working hours count, no queued session times out outside of them', async (t) => {
  const always = ['00:00-24:00']
  const week = {
    sun: always,
    mon: always,
    tue: always,
    wed: always,
    thu: always,
    fri: always,
    sat: always,
  }
  const house = await open(t, {
    queueInHours: true,
    hours: { zone: 'America/New_York', week: {}, reply: '' },
  })
  const customer = await follower(house)
  await customer.says('有人吗')
  let admin = await later(house, 3 * day)
  assert.equal((await runJob(admin, 'queue-timeout'))['ended'], 0, 'nobody was ever there')
  await setAll(house, { hours: { zone: 'America/New_York', week, reply: '' } }, admin)
  assert.equal((await runJob(admin, 'queue-timeout'))['ended'], 1)
  await customer.says('我还在')
  await setAll(
    house,
    {
      hours: {
        zone: 'America/New_York',
        week: {
          ...week,
          sun: [],
          mon: [],
          tue: [],
          wed: [],
          thu: [],
          fri: [],
          sat: ['00:00-00:30'],
        },
        reply: '',
      },
    },
    admin,
  )
  admin = await later(house, 9 * day)
  assert.equal((await runJob(admin, 'queue-timeout'))['ended'], 0)
})

const races = [
  ['waiting-timeout', {}, day + minute],
  ['queue-timeout', {}, 2 * day + minute],
  ['idle-close', { idleCloseMinutes: 60 }, 61 * minute],
] as const
for (const [job, settings, after] of races) {
  void test(`a customer's message that arrives just before the job ${job} would end the session keeps it open`, async (t) => {
    const house = await open(t, settings)
    const customer = await follower(house)
    await customer.says('一')
    if (job !== 'queue-timeout') {
      const agent = await house.agent('agent1')
      const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
      if (job === 'waiting-timeout') {
        await agent.call('POST', `/api/sessions/${id}/close`, {})
        await customer.says('二')
      }
    }
    const before = await sessionOf(house, customer)
    const admin = await later(house, after)
    const { jobs } = await import('../../src/actions/jobs/jobs.ts')
    const { raced, pushed } = pushFirst(house, () => customer.says('等一下'))
    assert.deepEqual(
      await jobs.find((one) => one.name === job)?.run(raced, await companyOf(house)),
      { ended: 0 },
    )
    assert.equal(pushed(), 1, 'the premise: there was a candidate and the push came between')
    const now = await sessionOf(house, customer, admin)
    assert.deepEqual([now.id, now.stateCode], [before.id, before.stateCode])
  })
}

void test('a session in which both sides are silent closes, the customer keeps their agent, and a line by either side restarts the time', async (t) => {
  const house = await open(t, { idleCloseMinutes: 60 })
  const agent = await house.agent('agent1')
  const customer = await follower(house)
  await customer.says('你好')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  await house.app.advanceTo(50 * minute)
  assert.equal(
    (
      await agent.call('POST', `/api/sessions/${id}/messages`, {
        clientMsgId: 'a',
        type: 'text',
        text: '在',
      })
    ).status,
    202,
  )
  await house.app.advanceTo(100 * minute)
  assert.equal((await runJob(house.admin, 'idle-close'))['ended'], 0)
  await house.app.advanceTo(111 * minute)
  assert.equal((await runJob(house.admin, 'idle-close'))['ended'], 1)
  const ended = await sessionOf(house, customer)
  assert.deepEqual(
    [ended.stateCode, ended.closeReason, ended.customer.exclusiveAgentUid],
    [-1, 'idle', agent.uid],
  )
  assert.equal(
    (await house.admin.call('GET', '/api/sessions?state=missed')).body.items.length,
    0,
    'the customer was answered',
  )
})

void test('an unanswered session is taken back from its agent, queued with the rank of its waiting time, and given to another agent', async (t) => {
  const house = await open(t, { takeBackMinutes: 5 })
  const [slow, other] = [await house.agent('slow'), await house.agent('other')]
  const [customer, later2] = [await follower(house), await follower(house)]
  await customer.says('你好')
  const { id } = (await slow.call('POST', '/api/sessions/claim', {})).body
  await house.app.advanceTo(2 * minute)
  await later2.says('我后来')
  await house.app.advanceTo(4 * minute)
  await customer.says('在吗？')
  await presence(slow, 'online')
  assert.equal((await runJob(house.admin, 'take-back'))['taken'], 0)
  await house.app.advanceTo(5 * minute + 1000)
  assert.equal(
    (await runJob(house.admin, 'take-back'))['taken'],
    1,
    'when the customer writes again the agent gets no more time',
  )
  const taken = await sessionOf(house, customer)
  assert.deepEqual([taken.id, taken.stateCode, taken.agentUid, taken.unread], [id, 3, null, 2])
  const step = (await ledgerOf(house.admin, id)).at(-1)
  assert.deepEqual(
    [step?.from, step?.to, step?.actor, step?.reason],
    [1, 3, jobActor('take-back'), 'unanswered'],
  )
  assert.equal(await loadOf(house, slow.uid), 0)
  const order = (await house.admin.call('GET', '/api/sessions?state=queued')).body.items.map(
    (one: { customer: { openid: string } }) => one.customer.openid,
  )
  assert.deepEqual(order, [customer.openid, later2.openid])
  const stale = await slow.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: 'late',
    type: 'text',
    text: '来了',
  })
  assert.equal(stale.status, 403)
  await presence(other, 'offline')
  await setAll(house, { sessionRule: 'even' })
  await house.admin.call('PUT', '/api/me/presence', { status: 'offline' })
  await runJob(house.admin, 'assign')
  assert.notEqual(
    (await sessionOf(house, customer)).agentUid,
    slow.uid,
    'not back to the agent who did not answer',
  )
  await presence(other, 'online')
  await runJob(house.admin, 'assign')
  assert.equal((await sessionOf(house, customer)).agentUid, other.uid)
})

void test('a session whose customer was answered is not taken back; one whose lines the agent has only read is', async (t) => {
  const house = await open(t, { takeBackMinutes: 5 })
  const agent = await house.agent('agent1')
  const [answered, read] = [await follower(house), await follower(house)]
  for (const customer of [answered, read]) {
    await customer.says('你好')
    await agent.call('POST', '/api/sessions/claim', {})
  }
  await agent.call('POST', `/api/sessions/${(await sessionOf(house, answered)).id}/messages`, {
    clientMsgId: 'a',
    type: 'text',
    text: '在',
  })
  assert.equal(
    (
      await agent.call('POST', `/api/sessions/${(await sessionOf(house, read)).id}/read`, {
        seq: 9,
      })
    ).body.unread,
    0,
  )
  await house.app.advanceTo(6 * minute)
  assert.equal((await runJob(house.admin, 'take-back'))['taken'], 1)
  assert.deepEqual(
    [(await sessionOf(house, answered)).stateCode, (await sessionOf(house, read)).stateCode],
    [1, 3],
  )
})

void test('an unanswered session is taken back too if it still waits to be accepted or is a group chat', async (t) => {
  const house = await open(t, { takeBackMinutes: 20 })
  const [agent, member] = [await house.agent('agent1'), await house.agent('member')]
  const [given, inGroup, after] = [
    await follower(house),
    await follower(house),
    await follower(house),
  ]
  const claim = async (who: Actor) => (await who.call('POST', '/api/sessions/claim', {})).body.id
  await given.says('你好')
  await agent.call('POST', `/api/sessions/${await claim(agent)}/close`, {})
  await given.says('又来了')
  await house.app.advanceTo(minute)
  await inGroup.says('你好')
  await agent.call('POST', `/api/sessions/${await claim(agent)}/members`, { uids: [member.uid] })
  await house.app.advanceTo(2 * minute)
  await after.says('我后来')
  await agent.call('POST', '/api/logout', {})
  const states = async () =>
    [await sessionOf(house, given), await sessionOf(house, inGroup)].map((one) => one.stateCode)
  assert.deepEqual(await states(), [0, 2], 'the premise')

  await house.app.advanceTo(19 * minute)
  assert.equal((await runJob(house.admin, 'take-back'))['taken'], 0)
  await house.app.advanceTo(21 * minute + 1000)
  assert.equal((await runJob(house.admin, 'take-back'))['taken'], 2)
  assert.deepEqual(await states(), [3, 3])
  assert.deepEqual(
    (await house.admin.call('GET', '/api/sessions?state=queued')).body.items.map(
      (one: { customer: { openid: string } }) => one.customer.openid,
    ),
    [given.openid, inGroup.openid, after.openid],
  )
  assert.equal(await loadOf(house, agent.uid), 0)
})

void test('unaccepted sessions and silent group chats are queued again when their agent has been offline long enough', async (t) => {
  const house = await open(t, { takeBackMinutes: 20 })
  const [from, there] = [await house.agent('from'), await house.agent('there')]
  const [gone, lapsed] = [await house.agent('gone'), await house.agent('lapsed')]
  const answered = async () => {
    const customer = await follower(house)
    await customer.says('你好')
    const { id } = (await from.call('POST', '/api/sessions/claim', {})).body
    const said = { clientMsgId: `a-${id}`, type: 'text', text: '在' }
    assert.equal((await from.call('POST', `/api/sessions/${id}/messages`, said)).status, 202)
    return { customer, id }
  }
  const given: { customer: Follower; id: string }[] = []
  for (const { uid } of [gone, lapsed, there]) {
    const one = await answered()
    await from.call('POST', `/api/sessions/${one.id}/transfer`, { agentUid: uid })
    given.push(one)
  }
  const group = await answered()
  await from.call('POST', `/api/sessions/${group.id}/members`, { uids: [there.uid] })
  const one = await answered()
  await gone.call('POST', '/api/logout', {})
  await from.call('POST', '/api/logout', {})

  const all = [...given, group, one]
  const states = async () =>
    (await Promise.all(all.map(({ customer }) => sessionOf(house, customer)))).map(
      ({ stateCode }) => stateCode,
    )
  const takenAt = async (minutes: number) => {
    await house.app.advanceTo(minutes * minute)
    await there.call('GET', '/api/me')
    return (await runJob(house.admin, 'take-back'))['taken']
  }
  await presence(there, 'online')
  for (const minutes of [10, 19]) assert.equal(await takenAt(minutes), 0)
  assert.equal(await takenAt(21), 2, 'of who logged out')
  assert.deepEqual(await states(), [3, 0, 0, 3, 1])
  assert.equal(await takenAt(30), 0)
  assert.equal(await takenAt(36), 1, 'of who is offline since 15 minutes after the last call')
  assert.deepEqual(await states(), [3, 3, 0, 3, 1], 'nothing is owed to whom an agent answered')
  const { id } = given[0]!
  const step = (await ledgerOf(house.admin, id)).at(-1)
  assert.deepEqual([step?.actor, step?.reason], [jobActor('take-back'), 'agent_away'])
})

type MissedItem = {
  id: string
  unread: number
  missedAt: string
  missed: { at: string; contactRefused: string | null }
  customer: { id: string; openid: string }
}

/**
 * These customers have written and nobody came for two days; `late` is an agent who comes
 * afterwards.
 */
async function missing(house: House, customers: Follower[]) {
  for (const customer of customers) await customer.says('有人吗')
  const admin = await later(house, 2 * day + minute)
  assert.equal((await runJob(admin, 'queue-timeout'))['ended'], customers.length)
  const person = async (username: string, more: object = {}) => {
    const body = { username, password: 'correct horse battery', role: 'agent', ...more }
    await admin.call('POST', '/api/users', body)
    return signIn(house.url, username)
  }
  const late = await person('late')
  const missed = async (who = late) =>
    (await who.call('GET', '/api/sessions?state=missed')).body.items as MissedItem[]
  const missedOf = async ({ openid }: Follower): Promise<MissedItem> => {
    const found = (await missed()).find((item) => item.customer.openid === openid)
    assert.ok(found, 'it stands among the missed')
    return found
  }
  return { admin, person, late, missed, missedOf }
}

void test('a missed session stays in the list, whoever looks at it, until somebody answers the customer or dismisses it', async (t) => {
  const house = await open(t)
  const [one, two, three] = [await follower(house), await follower(house), await follower(house)]
  const { admin, person, late, missed, missedOf } = await missing(house, [one, two, three])
  assert.deepEqual(
    (await missed()).map((item) => [item.customer.openid, item.unread]).sort(),
    [one, two, three].map(({ openid }) => [openid, 1]).sort(),
  )
  assert.ok((await missed()).every((item) => item.missedAt))
  const first = await missedOf(one)
  const read = await late.call('POST', `/api/sessions/${first.id}/read`, { seq: 9 })
  assert.deepEqual([read.status, read.body.unread], [200, 0])
  assert.equal((await late.call('GET', `/api/sessions/${first.id}`)).status, 200, 'after a look')
  assert.equal((await missed()).length, 3, 'it was read, and nobody has dealt with it')
  await two.says('又来了')
  assert.equal((await missedOf(two)).missed.contactRefused, 'customer_has_session')
  assert.equal((await missed()).length, 3, 'a line by the customer is no answer')
  const { id } = (await late.call('POST', '/api/sessions/claim', {})).body as { id: string }
  const words = { clientMsgId: 'a', type: 'text', text: '抱歉' }
  await late.call('POST', `/api/sessions/${id}/messages`, words)
  assert.deepEqual(
    (await missed(admin)).map((item) => item.customer.openid).sort(),
    [one.openid, three.openid].sort(),
  )

  const stranger = await person('stranger', { accountIds: [] })
  assert.equal((await stranger.call('POST', `/api/sessions/${first.id}/dismiss`, {})).status, 404)
  const both = await Promise.all(
    [late, admin].map((who) => who.call('POST', `/api/sessions/${first.id}/dismiss`, {})),
  )
  assert.equal(both.filter((answer) => answer.status === 200).length, 1, 'once')
  assert.deepEqual(
    (await missed(admin)).map((item) => item.customer.openid),
    [three.openid],
  )
  const again = await admin.call('POST', `/api/sessions/${first.id}/dismiss`, {})
  assert.deepEqual([again.status, again.body.error.code], [409, 'session_not_missed'])
})

void test('a missed customer can be written to by whoever sees them, whoever their agent is, while the reply window is open', async (t) => {
  const house = await open(t)
  await setAll(house, { queueMinutes: 60 })
  const customer = await follower(house)
  const [owner, other] = [await house.agent('owner'), await house.agent('other')]
  await customer.says('一')
  const { id } = (await owner.call('POST', '/api/sessions/claim', {})).body as { id: string }
  await owner.call('POST', `/api/sessions/${id}/close`, {})
  for (const one of [owner, other]) await presence(one, 'offline')
  await customer.says('二')
  await house.app.advanceTo(61 * minute)
  assert.equal((await runJob(house.admin, 'queue-timeout'))['ended'], 1)

  const [missed] = (await other.call('GET', '/api/sessions?state=missed')).body
    .items as MissedItem[]
  assert.ok(missed, "it was nobody's")
  assert.equal(missed.missed.contactRefused, null)
  const started = await other.call('POST', '/api/sessions', { customerId: missed.customer.id })
  assert.deepEqual([started.status, started.body.agentUid], [201, other.uid])
  assert.equal(started.body.customer.exclusiveAgentUid, owner.uid, 'the exclusive agent stays')
  const words = { clientMsgId: 'a', type: 'text', text: '久等了' }
  const said = await other.call('POST', `/api/sessions/${started.body.id}/messages`, words)
  assert.equal(said.status, 202)
  assert.deepEqual((await other.call('GET', '/api/sessions?state=missed')).body.items, [])
})

void test('a customer missed two days ago cannot be written to, and the list says why', async (t) => {
  const house = await open(t)
  const customer = await follower(house)
  const { missedOf } = await missing(house, [customer])
  assert.equal((await missedOf(customer)).missed.contactRefused, 'reply_window_closed')
})

void test('if only the reserved last reply is left for a missed customer, the list says so, as a reply in a new session would be refused', async (t) => {
  const house = await open(t, { queueMinutes: 60, reserveLastReply: true })
  const say = (text: string) => ({ kind: 'text', text })
  const rule = { name: 'talks', match: { kind: 'default' } }
  const action = { ...say('0'), then: ['1', '2', '3', '4'].map(say) }
  assert.equal((await house.admin.call('POST', '/api/rules', { ...rule, action })).status, 201)
  await house.heard()
  await (await follower(house)).says('有人吗')
  await eventually(async () => {
    const replies = await house.rows<{ state: string }>('select state from outbox')
    assert.deepEqual(
      replies.map(({ state }) => state),
      Array.from({ length: 5 }, () => 'sent'),
    )
  })
  const admin = await later(house, 61 * minute)
  assert.equal((await runJob(admin, 'queue-timeout'))['ended'], 1)

  const missed = async () =>
    ((await admin.call('GET', '/api/sessions?state=missed')).body.items as MissedItem[])[0]
  const customerId = (await missed())?.customer.id
  assert.equal((await missed())?.missed.contactRefused, 'last_reply_reserved')
  await setAll(house, { reserveLastReply: false }, admin)
  assert.equal((await missed())?.missed.contactRefused, null)
  await setAll(house, { reserveLastReply: true }, admin)
  const { id } = (await admin.call('POST', '/api/sessions', { customerId })).body as { id: string }
  const words = { clientMsgId: 'a', type: 'text', text: '久等了' }
  const said = await admin.call('POST', `/api/sessions/${id}/messages`, words)
  assert.deepEqual(
    [said.status, said.body.error.code, said.body.error.details],
    [422, 'reply_budget_used', { reserved: true }],
  )
})

void test('customers who will be reclaimed are listed a day before, and a reclaimed customer can be given back to their agent', async (t) => {
  const house = await open(t)
  const [idle, fresh] = [await follower(house), await follower(house)]
  const agent = await house.agent('agent1')
  await idle.says('你好')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  await house.app.advanceTo(5 * day)
  await fresh.says('你好')
  const again = await signIn(house.url, 'agent1')
  await again.call('POST', '/api/sessions/claim', {})
  let admin = await later(house, 9 * day)
  const preview = async (hours: number) =>
    (await admin.call('GET', `/api/reclaims/preview?hours=${hours}`)).body.items as {
      customer: { openid: string }
      agentUid: number
      sessionId: string
      dueAt: string
    }[]
  assert.deepEqual(await preview(23), [])
  assert.deepEqual(
    (await preview(24)).map((soon) => [soon.customer.openid, soon.agentUid, soon.sessionId]),
    [[idle.openid, agent.uid, id]],
  )
  assert.equal((await again.call('GET', '/api/reclaims/preview')).status, 401)

  admin = await later(house, 10 * day + minute)
  assert.equal((await runJob(admin, 'reclaim'))['reclaimed'], 1)
  const [done] = (await admin.call('GET', '/api/reclaims')).body.items as {
    customerId: string
    agentUid: number
    undoneAt: string | null
  }[]
  assert.deepEqual([done?.agentUid, done?.undoneAt], [agent.uid, null])
  await idle.says('我回来了')
  assert.equal(
    (await sessionOf(house, idle, admin)).queue?.lane,
    await commonOf(house),
    'the premise: the customer queues for everyone',
  )
  const undone = await admin.call('POST', '/api/reclaims/undo', {
    customerIds: [done?.customerId, 'nobody'],
  })
  assert.deepEqual(undone.body, {
    undone: [done?.customerId],
    failed: [{ id: 'nobody', code: 'not_found' }],
  })
  const back = await sessionOf(house, idle, admin)
  assert.deepEqual(
    [back.customer.exclusiveAgentUid, back.queue?.lane],
    [agent.uid, privateLane(agent.uid)],
  )
  assert.equal((await runJob(admin, 'reclaim'))['reclaimed'], 0)
  assert.equal(
    (await admin.call('POST', '/api/reclaims/undo', { customerIds: [done?.customerId] })).body
      .failed[0].code,
    'nothing_to_undo',
  )
})

void test('after a take-back the self-check finds nothing, and it does find what is then broken on purpose', async (t) => {
  const house = await open(t, { takeBackMinutes: 5 })
  const agent = await house.agent('agent1')
  const customers = [await follower(house), await follower(house), await follower(house)]
  for (const customer of customers) await customer.says('你好')
  await agent.call('POST', '/api/sessions/claim', {})
  await house.app.advanceTo(6 * minute)
  await runJob(house.admin, 'take-back')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body
  await runJob(house.admin, 'queue-reconcile')
  const check = async () =>
    (await house.admin.call('GET', '/api/admin/self-check')).body as {
      ok: boolean
      promises: { id: string; verdict: string; detail: string }[]
    }
  const fine = await check()
  assert.deepEqual(
    [fine.ok, fine.promises.map((one) => [one.id, one.verdict])],
    [true, ['P6', 'P7', 'P8', 'P10', 'P15', 'load', 'rules', 'groups'].map((one) => [one, 'ok'])],
    JSON.stringify(fine.promises),
  )

  const breaks: [string, string, string][] = [
    [
      'P6',
      "update message_session set open_key = 'x' where session_id = ?",
      'update message_session set open_key = concat_key where session_id = ?',
    ],
    [
      'P7',
      'update message_session set seq = seq + 1 where session_id = ?',
      'update message_session set seq = seq - 1 where session_id = ?',
    ],
    [
      'P8',
      'update message_session set fence = fence + 1 where session_id = ?',
      'update message_session set fence = fence - 1 where session_id = ?',
    ],
    [
      'load',
      'update agent_load set `load` = `load` + 1 where uid = (select uid from message_session where session_id = ?)',
      'update agent_load set `load` = `load` - 1 where uid = (select uid from message_session where session_id = ?)',
    ],
  ]
  const [{ open_key: key } = { open_key: '' }] = await house.rows<{ open_key: string }>(
    'select open_key from message_session where session_id = ?',
    [id],
  )
  for (const [promise, spoil, mend] of breaks) {
    await house.app.ports.store.work('rest', (unit) => unit.sql.run(spoil, [id]))
    const found = await check()
    assert.deepEqual(
      found.promises.filter((one) => one.verdict === 'violated').map((one) => one.id),
      [promise],
    )
    assert.equal(found.ok, false)
    await house.app.ports.store.work('rest', (unit) =>
      unit.sql.run(mend.replace('concat_key', `'${key}'`), [id]),
    )
  }
  assert.equal((await check()).ok, true)
})
