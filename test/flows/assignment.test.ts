// Which agent gets which customer, tested through the API.
import assert from 'node:assert/strict'
import test from 'node:test'
import { jobActor } from '../../rules/session/actor.ts'
import { privateLane, groupLane } from '../../rules/session/lane.ts'
import { openHouse, type House } from '../support/app.ts'
import {
  accountOf,
  commonOf,
  ledgerOf,
  presence,
  runJob,
  sessionOf,
  setAll,
} from '../support/seen.ts'
import { crowdOfAgents, inParallel } from '../support/crowd.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'
import { pushAgain, signed, textXml } from '../support/raw-push.ts'
import { times } from '../support/full.ts'

const open = async (
  t: { after: (close: () => Promise<void>) => void },
  settings: object = {},
  more = {},
) => {
  const house = await openHouse({ rules: false, withoutCron: true, ...more })
  t.after(() => house.close())
  await setAll(house, settings)
  return house
}
const close = (house: House, id: string) =>
  house.admin.call('POST', `/api/sessions/${id}/close`, {})

void test('with the rule even, each new customer goes to the agent with the fewest, and the ledger lists who was considered and why not', async (t) => {
  const house = await open(t, { sessionRule: 'even' })
  const [a, b, away] = [await house.agent('a'), await house.agent('b'), await house.agent('away')]
  const full = await house.agent('full', { capacity: 0 })
  await presence(away, 'away')
  await presence(await house.agent('agent0'), 'offline')
  const customers = [
    await follower(house),
    await follower(house),
    await follower(house),
    await follower(house),
  ]
  const owners: (number | null)[] = []
  for (const customer of customers) {
    await customer.says('你好')
    owners.push((await sessionOf(house, customer)).agentUid)
  }
  assert.deepEqual(owners, [a.uid, b.uid, a.uid, b.uid])
  const { id, customer } = await sessionOf(house, customers[0]!)
  assert.equal(
    customer.exclusiveAgentUid,
    a.uid,
    'whoever is given a customer without an agent becomes their agent',
  )
  const [born] = await ledgerOf(house.admin, id)
  assert.deepEqual([born?.from, born?.to, born?.reason], [null, 0, 'even'])
  const why = Object.fromEntries((born?.candidates ?? []).map((one) => [one.uid ?? 0, one.why]))
  assert.deepEqual(
    [why[a.uid], why[b.uid], why[away.uid], why[full.uid]],
    ['chosen', 'busier', 'offline', 'full'],
  )
  assert.equal((await a.call('POST', `/api/sessions/${id}/accept`, {})).body.stateCode, 1)
})

void test('queued customers are assigned in the order of the queue as soon as an agent has room', async (t) => {
  const house = await open(t, { sessionRule: 'roundRobin' })
  const agent = await house.agent('a', { capacity: 1 })
  await presence(await house.agent('agent0'), 'offline')
  const customers = [await follower(house), await follower(house), await follower(house)]
  for (const customer of customers) await customer.says('你好')
  const states = async () =>
    Promise.all(customers.map(async (one) => (await sessionOf(house, one)).stateCode))
  assert.deepEqual(await states(), [0, 3, 3])
  await close(house, (await sessionOf(house, customers[0]!)).id)
  await eventually(async () => {
    assert.deepEqual(await states(), [-4, 0, 3])
  })
  await house.admin.call('PATCH', `/api/users/${agent.uid}`, { capacity: 2 })
  await eventually(async () => {
    assert.deepEqual(await states(), [-4, 0, 0])
  })
  const step = (await ledgerOf(house.admin, (await sessionOf(house, customers[2]!)).id)).at(-1)
  assert.deepEqual(
    [step?.from, step?.to, step?.actor, step?.reason],
    [3, 0, jobActor('assign'), 'round_robin'],
  )
})

void test('a new customer does not overtake queued ones although an agent has room: the one who waits gets the place', async (t) => {
  const house = await open(t, { sessionRule: 'roundRobin' })
  const agent = await house.agent('a', { capacity: 1 })
  await presence(await house.agent('agent0'), 'offline')
  const customers = [await follower(house), await follower(house), await follower(house)]
  for (const customer of customers.slice(0, 2)) await customer.says('你好')
  const seen = () => Promise.all(customers.slice(0, 2).map((one) => sessionOf(house, one)))
  // the place is made in the database, because a call that makes room assigns the queued at once
  await house.app.ports.store.work('rest', (unit) =>
    unit.sql.run('update agent_load set capacity = 2 where uid = ?', [agent.uid]),
  )
  assert.deepEqual(
    (await seen()).map((one) => one.stateCode),
    [0, 3],
    'the premise: somebody waits, and there is room',
  )
  await customers[2]!.says('你好')
  await eventually(async () => {
    assert.deepEqual(
      (await seen()).map((one) => one.stateCode),
      [0, 0],
    )
  })
  const newcomer = await sessionOf(house, customers[2]!)
  assert.equal(newcomer.stateCode, 3)
  assert.deepEqual(
    (await ledgerOf(house.admin, newcomer.id)).map((step) => [step.from, step.to, step.reason]),
    [[null, 3, 'others_wait']],
  )
})

void test('an agent who comes online gets queued customers up to their capacity, oldest first; the rest stay queued', async (t) => {
  const house = await open(t, { sessionRule: 'even' })
  const agent = await house.agent('a', { capacity: 2 })
  for (const one of [agent, await house.agent('agent0')]) await presence(one, 'offline')
  const customers = [await follower(house), await follower(house), await follower(house)]
  for (const customer of customers) await customer.says('你好')
  assert.equal(
    (await house.admin.call('GET', '/api/sessions?state=queued')).body.items.length,
    3,
    'the premise: nobody is there',
  )
  await presence(agent, 'online')
  await eventually(async () => {
    assert.deepEqual(
      await Promise.all(customers.map(async (one) => (await sessionOf(house, one)).stateCode)),
      [0, 0, 3],
    )
  })
})

void test("nobody is assigned a customer of an account they do not serve, and an account's session rule overrides the company's until it is removed", async (t) => {
  const house = await open(t)
  const accounts = (await house.admin.call('GET', '/api/accounts')).body.items as { id: string }[]
  const accountId = accounts[0]?.id ?? ''
  await house.agent('elsewhere', { accountIds: [] })
  await presence(await house.agent('agent0'), 'offline')
  await setAll(house, { accounts: { [accountId]: { sessionRule: 'even' } } })
  const first = await follower(house)
  await first.says('你好')
  assert.equal((await sessionOf(house, first)).stateCode, 3)
  const here = await house.agent('here')
  await eventually(async () => {
    assert.equal((await sessionOf(house, first)).agentUid, here.uid)
  })
  await setAll(house, { accounts: { [accountId]: null } })
  const second = await follower(house)
  await second.says('你好')
  const queued = await sessionOf(house, second)
  assert.deepEqual(
    [queued.stateCode, queued.queue?.lane],
    [3, await commonOf(house)],
    'grabbed again',
  )
})

void test('the ledger says whether a customer who moves on to the common lane had waited for their exclusive agent, or for somebody whom only a menu key had named', async (t) => {
  const house = await open(t)
  const [owner, named] = [await house.agent('owner'), await house.agent('named')]
  const [hers, anybodys] = [await follower(house), await follower(house)]
  await hers.says('一')
  await close(house, (await owner.call('POST', '/api/sessions/claim', {})).body.id)
  await presence(owner, 'away')
  await presence(named, 'away')
  await hers.says('二')
  await anybodys.does('CLICK', { eventKey: `kf_user_${named.uid}` })
  await house.app.advanceTo(10 * 60_000)
  assert.equal((await runJob(house.admin, 'fallback'))['moved'], 2)
  const last = async (customer: Follower) =>
    (await ledgerOf(house.admin, (await sessionOf(house, customer)).id)).at(-1)?.reason
  assert.deepEqual(
    [await last(hers), await last(anybodys)],
    ['exclusive_agent_away', 'named_agent_away'],
  )
})

void test('an agent who comes back online gets a customer of theirs who has moved to the common lane and still waits', async (t) => {
  const house = await open(t)
  const [owner, other] = [await house.agent('owner'), await house.agent('other', { capacity: 1 })]
  const customer = await follower(house)
  await customer.says('一')
  await close(house, (await owner.call('POST', '/api/sessions/claim', {})).body.id)
  await presence(owner, 'away')
  await customer.says('二')
  assert.equal((await sessionOf(house, customer)).queue?.lane, privateLane(owner.uid))
  await house.app.advanceTo(10 * 60_000)
  assert.equal(
    (await house.admin.call('POST', '/api/admin/jobs/fallback/run', {})).body.result.moved,
    1,
  )
  const moved = await sessionOf(house, customer)
  assert.equal(moved.queue?.lane, await commonOf(house))
  assert.equal((await ledgerOf(house.admin, moved.id)).at(-1)?.reason, 'exclusive_agent_away')
  await presence(other, 'online')
  await presence(owner, 'online')
  await eventually(async () => {
    assert.deepEqual(
      [(await sessionOf(house, customer)).stateCode, (await sessionOf(house, customer)).agentUid],
      [0, owner.uid],
    )
  })
  assert.equal((await ledgerOf(house.admin, moved.id)).at(-1)?.reason, 'exclusive_agent')
})

void test("while an agent is away their deputy gets the customer, and the next conversation is the agent's again", async (t) => {
  const house = await open(t, { sessionRule: 'even' })
  const deputy = await house.agent('deputy')
  const owner = await house.agent('owner', { deputyUids: [deputy.uid] })
  await presence(await house.agent('agent0'), 'offline')
  const customer = await follower(house)
  await presence(deputy, 'away')
  await customer.says('一')
  assert.equal((await sessionOf(house, customer)).agentUid, owner.uid)
  await close(house, (await sessionOf(house, customer)).id)
  await presence(owner, 'away')
  await presence(deputy, 'online')
  await customer.says('二')
  const covered = await sessionOf(house, customer)
  assert.deepEqual(
    [covered.agentUid, covered.customer.exclusiveAgentUid],
    [deputy.uid, owner.uid],
    'covered, not taken',
  )
  assert.equal((await ledgerOf(house.admin, covered.id))[0]?.reason, 'deputy')
  await close(house, covered.id)
  await presence(owner, 'online')
  await customer.says('三')
  assert.equal((await sessionOf(house, customer)).agentUid, owner.uid)
})

void test('a returning customer whose exclusive agent is disabled is queued in the common lane', async (t) => {
  const house = await open(t)
  const owner = await house.agent('owner')
  const customer = await follower(house)
  await customer.says('一')
  await close(house, (await owner.call('POST', '/api/sessions/claim', {})).body.id)
  await house.admin.call('PATCH', `/api/users/${owner.uid}`, { enabled: false })
  await setAll(house, {})
  await customer.says('二')
  assert.equal((await sessionOf(house, customer)).queue?.lane, await commonOf(house))
})

void test('customers of higher priority come first; with windowFirst, among equals, those whose reply window ends first, also if they were queued before it was set', async (t) => {
  const house = await open(t)
  const customers = [await follower(house), await follower(house), await follower(house)]
  for (const [n, customer] of customers.entries()) {
    await house.app.advanceTo(n * 60_000)
    await customer.says('你好')
  }
  const order = async () =>
    (
      (await house.admin.call('GET', '/api/sessions?state=queued')).body.items as {
        customer: { openid: string }
      }[]
    ).map((one) => customers.findIndex(({ openid }) => openid === one.customer.openid))
  assert.deepEqual(await order(), [0, 1, 2])
  const vip = (await house.admin.call('GET', `/api/customers?search=${customers[2]?.openid}`)).body
    .items[0].id
  assert.equal(
    (await house.admin.call('PATCH', `/api/customers/${vip}`, { priority: 5 })).body.priority,
    5,
  )
  assert.deepEqual(await order(), [2, 0, 1])
  assert.equal(
    (await (await house.agent('a')).call('PATCH', `/api/customers/${vip}`, { priority: 9 })).status,
    403,
  )

  await house.app.advanceTo(3 * 60_000)
  await customers[0]!.says('还在吗')
  assert.deepEqual(await order(), [2, 0, 1], 'without windowFirst the customer keeps their place')
  await setAll(house, { windowFirst: true })
  assert.equal(
    (await house.admin.call('POST', '/api/admin/jobs/queue-rank/run', {})).body.result.reranked,
    3,
  )
  assert.deepEqual(await order(), [2, 1, 0])
  await house.app.advanceTo(4 * 60_000)
  await customers[1]!.says('还在吗')
  assert.deepEqual(
    await order(),
    [2, 0, 1],
    'a line moves the end of the reply window, and the customer in the queue',
  )
  const claimer = await house.agent('claimer')
  await house.admin.call('POST', '/api/admin/jobs/queue-reconcile/run', {})
  const claimed = await claimer.call('POST', '/api/sessions/claim', {})
  assert.equal(claimed.body.customer.openid, customers[2]?.openid)
})

void test('a session that waits in a group behind too many others or for too long moves to the next group and keeps its rank', async (t) => {
  const house = await open(t)
  const [one, two] = [
    (await house.admin.call('POST', '/api/groups', { name: '售前' })).body.id,
    (await house.admin.call('POST', '/api/groups', { name: '售后' })).body.id,
  ]
  for (const [name, id] of [
    ['g1', one],
    ['g2', two],
  ]) {
    await house.agent(name, { groupIds: [id] })
  }
  await setAll(house, {
    groups: { [one]: { overflow: { groupId: two, waiting: 2, minutes: 30 } } },
  })
  assert.equal(
    (
      await house.admin.call('PATCH', '/api/settings', {
        groups: { [two]: { overflow: { groupId: one } } },
      })
    ).body.error.details.field,
    'groups',
    'no circles',
  )
  const customers = [
    await follower(house),
    await follower(house),
    await follower(house),
    await follower(house),
  ]
  for (const customer of customers) await customer.does('click', { eventKey: `kf_group_${one}` })
  const lanes = async () =>
    house.rows<{ lane: string; rank: number }>(
      'select lane, `rank` from message_session order by session_id',
    )
  const accountId = await accountOf(house)
  const lane = (groupId: number) => groupLane(groupId, accountId)
  const before = await lanes()
  assert.deepEqual(
    before.map((row) => row.lane),
    Array(4).fill(lane(one)),
  )
  assert.equal(
    (await house.admin.call('POST', '/api/admin/jobs/overflow/run', {})).body.result.moved,
    2,
  )
  assert.deepEqual(
    (await lanes()).map((row) => row.lane),
    [lane(one), lane(one), lane(two), lane(two)],
  )
  assert.deepEqual(
    (await lanes()).map((row) => row.rank),
    before.map((row) => row.rank),
  )
  await house.app.advanceTo(30 * 60_000)
  assert.equal(
    (await house.admin.call('POST', '/api/admin/jobs/overflow/run', {})).body.result.moved,
    2,
  )
  assert.deepEqual(new Set((await lanes()).map((row) => row.lane)), new Set([lane(two)]))
})

for (const sessionRule of ['even', 'roundRobin'] as const) {
  void test(`with ${sessionRule}, many simultaneous customers are spread over 20 agents to within one, with pushes at every process`, async (t) => {
    const howMany = times(400, 2000)
    const house = await open(t, { sessionRule })
    await presence(await house.agent('agent0'), 'offline')
    await crowdOfAgents(house, 20, howMany)
    await setAll(house, { sessionRule })
    const openids = Array.from({ length: howMany }, (_, n) => `oFair${String(n).padStart(5, '0')}`)
    await inParallel(openids, 32, async (openid) => {
      assert.equal(
        (
          await pushAgain(
            house,
            textXml(openid, `1${openid.slice(5)}`, '你好'),
            `${signed()}&openid=${openid}`,
          )
        ).status,
        200,
      )
    })
    const rows = await house.rows<{ uid: number; n: number }>(
      'select uid, count(*) as n from message_session where state = 0 group by uid',
    )
    const counts = rows.map((row) => row.n)
    t.diagnostic(
      `${sessionRule}: ${howMany} customers, 20 agents: from ${Math.min(...counts)} to ${Math.max(...counts)}`,
    )
    assert.equal(counts.length, 20)
    assert.ok(
      Math.max(...counts) - Math.min(...counts) <= 1 &&
        Math.abs(Math.max(...counts) - howMany / 20) <= 1,
    )
  })
}

void test('when many customers come at the same moment and one agent has one place, one is assigned and the capacity is never exceeded', async (t) => {
  const house = await open(t, { sessionRule: 'even' })
  const agent = await house.agent('a', { capacity: 1 })
  await presence(await house.agent('agent0'), 'offline')
  await Promise.all(Array.from({ length: 20 }, async () => (await follower(house)).says('你好')))
  assert.deepEqual(
    await house.rows('select `load`, capacity from agent_load where uid = ?', [agent.uid]),
    [{ load: 1, capacity: 1 }],
  )
  assert.equal(
    (await house.rows('select session_id from message_session where state = 0')).length,
    1,
  )
  assert.equal(
    (await house.rows('select session_id from message_session where state = 3')).length,
    19,
  )
})

void test('where customers are grabbed, a push that opens a session reads no presence, no load and no lane', async (t) => {
  const asked: string[] = []
  const house = await open(
    t,
    {},
    {
      alone: true,
      onSql: (_unit: number, kind: string, query: string) => {
        if (kind === 'push') asked.push(query)
      },
    },
  )
  await (await follower(house)).says('你好')
  const about = () =>
    asked.filter((query) =>
      /(from|update) `?(user|agent_load|user_group\w*|user_deputy)`? |lane = \?/.test(query),
    )
  assert.ok(
    asked.some((query) => query.startsWith('insert into `message_session`')),
    'the premise: it opened one',
  )
  assert.deepEqual(about(), [])
  await setAll(house, { sessionRule: 'even' })
  await (await follower(house)).says('你好')
  assert.ok(about().length >= 2, 'and where they are given it does')
})
