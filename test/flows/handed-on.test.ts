// The sessions of a person who is disabled go to the queue, to their deputies or to a named person.
import assert from 'node:assert/strict'
import test from 'node:test'
import { agentActor, jobActor } from '../../rules/session/actor.ts'
import { personStream } from '../../rules/session/stream.ts'
import { privateLane, privateLanes } from '../../rules/session/lane.ts'
import { openHouse, password, signIn, type Actor, type House } from '../support/app.ts'
import { crowdInQueue } from '../support/crowd.ts'
import { loadOf, eventsOf } from '../support/desk.ts'
import { follower } from '../support/follower.ts'
import { times } from '../support/full.ts'
import { ledgerOf, presence, runJob, sessionOf, setAll } from '../support/seen.ts'

type Context = { after: (close: () => Promise<void>) => void }
const minute = 60_000

async function open(t: Context): Promise<House> {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  return house
}

/** Makes a customer who has written and was claimed by this agent. */
async function claimed(house: House, agent: Actor) {
  const customer = await follower(house)
  await customer.says('你好')
  const { id } = (await agent.call('POST', '/api/sessions/claim', {})).body as { id: string }
  return { customer, id }
}

const disable = (house: House, { uid }: Actor, more: object = {}) =>
  house.admin.call('PATCH', `/api/users/${uid}`, { enabled: false, ...more })
const ofAll = (house: House, all: { customer: Parameters<typeof sessionOf>[1] }[]) =>
  Promise.all(all.map(({ customer }) => sessionOf(house, customer)))
const leaves = (house: House, uid: number, how: object) =>
  house.app.ports.store.work('rest', async (unit) => {
    for (const [column, value] of Object.entries<string | number>({ enabled: 0, ...how })) {
      await unit.sql.run(`update user set ${column} = ? where uid = ?`, [value, uid])
    }
  })

void test('disabling a person queues all their sessions at once, ranked by how long each has waited, and removes the person from group chats', async (t) => {
  const house = await open(t)
  const [gone, heir] = [await house.agent('gone'), await house.agent('heir')]
  const foreign = await claimed(house, heir)
  await heir.call('POST', `/api/sessions/${foreign.id}/members`, { uids: [gone.uid] })

  const accepted = await claimed(house, gone)
  await house.app.advanceTo(minute)
  const inGroup = await claimed(house, gone)
  await gone.call('POST', `/api/sessions/${inGroup.id}/members`, { uids: [heir.uid] })
  await house.app.advanceTo(2 * minute)
  const given = await claimed(house, gone)
  await gone.call('POST', `/api/sessions/${given.id}/transfer`, { agentUid: heir.uid })
  await heir.call('POST', `/api/sessions/${given.id}/accept`, {})
  await heir.call('POST', `/api/sessions/${given.id}/transfer`, { agentUid: gone.uid })
  await house.app.advanceTo(3 * minute)
  const own = await claimed(house, gone)
  await gone.call('POST', `/api/sessions/${own.id}/close`, {})
  await presence(gone, 'away')
  await own.customer.says('又来了')
  await house.app.advanceTo(4 * minute)
  const later = { customer: await follower(house) }
  await later.customer.says('我后来')

  const had = [accepted, inGroup, given, own]
  assert.deepEqual(
    (await ofAll(house, had)).map(({ stateCode, queue }) => [stateCode, queue?.lane ?? null]),
    [
      [1, null],
      [2, null],
      [0, null],
      [3, privateLane(gone.uid)],
    ],
    'the premise',
  )
  const answer = await disable(house, gone)
  assert.deepEqual([answer.status, answer.body.handedOn, answer.body.load], [200, 4, 0])

  const sessions = await ofAll(house, had)
  const common = (await sessionOf(house, later.customer)).queue?.lane
  for (const { id, stateCode, agentUid, queue } of sessions) {
    assert.deepEqual([stateCode, agentUid, queue?.lane], [3, null, common])
    const step = (await ledgerOf(house.admin, id)).at(-1)
    assert.deepEqual([step?.actor, step?.reason], [agentActor(house.admin.uid), 'agent_disabled'])
  }
  const queued = (await house.admin.call('GET', '/api/sessions?state=queued')).body.items
  assert.deepEqual(
    queued.map((one: { customer: { openid: string } }) => one.customer.openid),
    [...had, later].map(({ customer }) => customer.openid),
  )
  const heard = (await eventsOf(house, personStream(gone.uid))).filter(
    (event) => event.type === 'session.queued',
  )
  assert.ok(heard.length >= 3, 'those that were theirs')
  assert.equal((await sessionOf(house, foreign.customer)).stateCode, 1, 'the last member left')
  const next = (await heir.call('POST', '/api/sessions/claim', {})).body
  assert.deepEqual([next.id, next.customer.exclusiveAgentUid], [accepted.id, heir.uid])
  assert.equal((await disable(house, gone)).body.handedOn, 0, 'once')
})

void test('sessions of a disabled person go to deputies or a named person if these are enabled, have room and serve the account; the rest are queued', async (t) => {
  const house = await open(t)
  const [gone, small, roomy, elsewhere, disabled, away] = [
    await house.agent('gone'),
    await house.agent('small', { capacity: 1 }),
    await house.agent('roomy', { capacity: 2 }),
    await house.agent('elsewhere', { accountIds: [] }),
    await house.agent('disabled'),
    await house.agent('away', { capacity: 1 }),
  ]
  await presence(away, 'offline')
  await disable(house, disabled)
  const deputyUids = [small, roomy, elsewhere, disabled, away].map(({ uid }) => uid)
  await house.admin.call('PATCH', `/api/users/${gone.uid}`, { deputyUids })
  const had = []
  for (let n = 0; n < 6; n += 1) had.push(await claimed(house, gone))

  const answer = await disable(house, gone, { sessionsTo: 'deputies' })
  assert.deepEqual([answer.status, answer.body.handedOn], [200, 6])
  const sessions = await ofAll(house, had)
  const owners = sessions.map(({ agentUid }) => agentUid)
  for (const [who, many] of [
    [small.uid, 1],
    [roomy.uid, 2],
    [away.uid, 1],
    [null, 2],
  ] as const) {
    assert.equal(owners.filter((uid) => uid === who).length, many, String(who))
  }
  for (const { agentUid, stateCode, customer } of sessions.filter((one) => one.agentUid !== null)) {
    assert.deepEqual([stateCode, customer.exclusiveAgentUid], [0, agentUid], 'to be accepted')
  }
  assert.equal(owners.indexOf(away.uid), 3, 'whoever is not there comes last')
  assert.deepEqual([await loadOf(house, gone.uid), await loadOf(house, roomy.uid)], [0, 2])

  const [second, heir] = [await house.agent('second'), await house.agent('heir')]
  const { id } = (await second.call('POST', '/api/sessions/claim', {})).body
  const named = await disable(house, second, { sessionsTo: heir.uid })
  assert.equal(named.body.handedOn, 1)
  const { stateCode, agentUid } = (await house.admin.call('GET', `/api/sessions/${id}`)).body
  assert.deepEqual([stateCode, agentUid], [0, heir.uid])
  const heard = (await eventsOf(house, personStream(heir.uid))).map(({ type }) => type)
  assert.ok(heard.includes('session.transferred'))
})

void test('whoever is to get the sessions of a disabled person must be able to serve them, and may be named only when a person is being disabled', async (t) => {
  const house = await open(t)
  const [agent, gone] = [await house.agent('agent1'), await house.agent('gone')]
  await disable(house, gone)
  await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  const foreign = await signIn(house.url, 'boss-b')
  const { id } = await claimed(house, agent)
  for (const [patch, status] of [
    [{ enabled: false, sessionsTo: 999_999 }, 400],
    [{ enabled: false, sessionsTo: foreign.uid }, 400],
    [{ enabled: false, sessionsTo: agent.uid }, 400],
    [{ enabled: false, sessionsTo: 'somebody' }, 400],
    [{ enabled: false, sessionsTo: gone.uid }, 409],
    [{ sessionsTo: 'queue' }, 400],
    [{ enabled: true, sessionsTo: 'queue' }, 400],
  ] as const) {
    const answer = await house.admin.call('PATCH', `/api/users/${agent.uid}`, patch)
    assert.deepEqual(
      [answer.status, answer.body.error?.details?.field],
      [status, 'sessionsTo'],
      JSON.stringify(patch),
    )
  }
  assert.equal((await agent.call('GET', `/api/sessions/${id}`)).body.stateCode, 1)
  const renamed = await house.admin.call('PATCH', `/api/users/${agent.uid}`, { role: 'supervisor' })
  assert.ok(!('handedOn' in renamed.body))
})

void test('if the process dies while sessions are handed on, a job hands on the rest as decided; sessions of people disabled earlier are queued', async (t) => {
  const house = await open(t)
  const [old, died, deputy] = [
    await house.agent('old'),
    await house.agent('died'),
    await house.agent('deputy'),
  ]
  await house.admin.call('PATCH', `/api/users/${died.uid}`, { deputyUids: [deputy.uid] })
  const [first, second] = [await claimed(house, old), await claimed(house, died)]
  const foreign = await claimed(house, deputy)
  await deputy.call('POST', `/api/sessions/${foreign.id}/members`, { uids: [old.uid] })
  assert.equal((await runJob(house.admin, 'hand-on'))['handedOn'], 0)

  await leaves(house, old.uid, {})
  await leaves(house, died.uid, { sessions_to: 'deputies', disabled_by: house.admin.uid })
  assert.equal((await runJob(house.admin, 'hand-on'))['handedOn'], 2)
  assert.deepEqual(
    (await ofAll(house, [first, second, foreign])).map((one) => [one.stateCode, one.agentUid]),
    [
      [3, null],
      [0, deputy.uid],
      [1, deputy.uid],
    ],
  )
  assert.deepEqual(
    [
      (await ledgerOf(house.admin, first.id)).at(-1)?.actor,
      (await ledgerOf(house.admin, second.id)).at(-1)?.actor,
    ],
    [jobActor('hand-on'), agentActor(house.admin.uid)],
  )
  assert.equal((await runJob(house.admin, 'hand-on'))['handedOn'], 0)
})

void test('several pages of sessions of a disabled person are handed on before the call is answered', async (t) => {
  const house = await open(t)
  const gone = await house.agent('gone', { capacity: 1000 })
  const many = 450
  await crowdInQueue(house, many)
  await house.app.ports.store.work('rest', async (unit) => {
    await unit.sql.run(`update message_session set lane = ? where state = 3`, [
      privateLane(gone.uid),
    ])
  })
  await runJob(house.admin, 'queue-reconcile')
  assert.equal((await disable(house, gone)).body.handedOn, many)
  const [left] = await house.rows<{ n: number }>(
    'select count(*) as n from message_session where lane >= ? and lane < ?',
    [privateLanes.from, privateLanes.to],
  )
  assert.equal(Number(left?.n), 0)
})

void test('an agent who claims a session at the moment they are disabled does not keep it', async (t) => {
  const house = await open(t)
  for (let round = 0; round < times(4, 40); round += 1) {
    const agent = await house.agent(`agent-${round}`)
    const customers = [await follower(house), await follower(house), await follower(house)]
    for (const customer of customers) await customer.says('你好')
    await Promise.all([
      ...customers.map(() => agent.call('POST', '/api/sessions/claim', {})),
      disable(house, agent),
    ])
    await runJob(house.admin, 'hand-on')
    const [open] = await house.rows<{ n: number }>(
      'select count(*) as n from message_session where uid = ? and open_key is not null',
      [agent.uid],
    )
    assert.deepEqual([Number(open?.n), await loadOf(house, agent.uid)], [0, 0])
  }
})

void test('a disabled agent greets nobody, even if a session was waiting for them to accept', async (t) => {
  const house = await open(t)
  await setAll(house, { autoAcceptFirst: true, greeting: '我是{name}' })
  const [leaver, heir] = [await house.agent('leaver'), await house.agent('heir')]
  const all = []
  for (let n = 0; n < 3; n += 1) all.push(await claimed(house, leaver))
  await disable(house, leaver, { sessionsTo: heir.uid })
  await runJob(house.admin, 'accept-first')
  const greeted = await Promise.all(
    all.map(async ({ id }) =>
      (await house.admin.call('GET', `/api/sessions/${id}/messages`)).body.items
        .filter((line: { opercode: number }) => line.opercode === 6)
        .map((line: { text: string }) => line.text),
    ),
  )
  assert.deepEqual(greeted, [['我是leaver', '我是heir'], [], []])
})
