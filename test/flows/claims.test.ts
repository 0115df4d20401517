import assert from 'node:assert/strict'
import test from 'node:test'
import { laneList } from '../../rules/session/queue-list.ts'
import { privateLane } from '../../rules/session/lane.ts'
import { claimNext } from '../../src/actions/sessions/claim-next.ts'
import { reconcileQueue } from '../../src/actions/jobs/queue-reconcile.ts'
import { openHouse, type Actor, type House } from '../support/app.ts'
import { refuseSteps } from '../support/obstacles.ts'
import { follower } from '../support/follower.ts'
import { commonOf } from '../support/seen.ts'
import { openAccounts } from '../support/talks.ts'

const counts = (results: { status: number }[]) =>
  Object.fromEntries(
    [...new Set(results.map((one) => one.status))]
      .sort()
      .map((status) => [status, results.filter((one) => one.status === status).length]),
  )

async function agents(house: House, howMany: number, more: object = {}): Promise<Actor[]> {
  const some: Actor[] = []
  for (let at = 1; at <= howMany; at += 1) some.push(await house.agent(`claimer${at}`, more))
  return some
}

const queue = async (house: House): Promise<{ id: string }[]> =>
  (await house.admin.call('GET', '/api/sessions?state=queued')).body.items as { id: string }[]

void test("if 20 agents claim the same session at once, exactly one gets it and becomes the customer's exclusive agent", async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  await (await follower(house)).says('你好')
  const some = await agents(house, 20)
  const [session] = await queue(house)
  const results = await Promise.all(
    some.map((agent) => agent.call('POST', `/api/sessions/${session?.id}/claim`, {})),
  )
  assert.deepEqual(counts(results), { 200: 1, 409: 19 })
  const winner = results.find((one) => one.status === 200)
  assert.ok(
    results
      .filter((one) => one.status === 409)
      .every((one) => one.body.error.code === 'session_already_claimed'),
  )
  const now = await house.admin.call('GET', `/api/sessions/${session?.id}`)
  assert.equal(now.body.customer.exclusiveAgentUid, winner?.body.agentUid)
  assert.equal(now.body.fence, 1)
  const ledger = await house.admin.call('GET', `/api/sessions/${session?.id}/ledger`)
  assert.deepEqual(
    ledger.body.items.map((step: { from: number | null; to: number }) => [step.from, step.to]),
    [
      [null, 3],
      [3, 1],
    ],
  )
})

void test('an agent with room for one who claims 20 sessions at once gets exactly one', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  await Promise.all(Array.from({ length: 20 }, async () => (await follower(house)).says('你好')))
  const [agent] = await agents(house, 1, { capacity: 1 })
  const sessions = await queue(house)
  assert.equal(sessions.length, 20)
  const results = await Promise.all(
    sessions.map((session) => agent!.call('POST', `/api/sessions/${session.id}/claim`, {})),
  )
  assert.deepEqual(counts(results), { 200: 1, 409: 19 })
  assert.equal((await queue(house)).length, 19)
})

void test('an agent with room for one who claims the next session 20 times at once gets exactly one', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  await Promise.all(Array.from({ length: 20 }, async () => (await follower(house)).says('你好')))
  const [agent] = await agents(house, 1, { capacity: 1 })
  const { ports } = house.app
  const companyId = (await ports.store.read.companies.list())[0]?.company_id ?? ''
  const me = { uid: agent?.uid ?? 0, companyId, role: 'agent' } as const
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => claimNext(ports, me)))
  const refused = results.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  assert.deepEqual(refused, Array<string>(19).fill('agent_at_capacity'))
  assert.equal((await queue(house)).length, 19)
})

void test('agents who claim the next session at the same moment share a transaction, and are dealt the front of the queue in the order in which they asked', async (t) => {
  const units = new Set<number>()
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    alone: true,
    onSql: (unit, kind, text) => {
      if (kind === 'claim' && text.startsWith('update')) units.add(unit)
    },
  })
  t.after(() => house.close())
  const order: string[] = []
  for (let at = 0; at < 12; at += 1) {
    const customer = await follower(house)
    await customer.says('你好')
    order.push(customer.openid)
  }
  const some = await agents(house, 10)
  units.clear()
  const { ports } = house.app
  const companyId = (await ports.store.read.companies.list())[0]?.company_id ?? ''
  const sessions = await Promise.all(
    some.map(({ uid }) => claimNext(ports, { uid, companyId, role: 'agent' })),
  )
  assert.equal(units.size, 1, 'transactions')
  const openids = sessions.map((session) => session?.customer.openid)
  assert.deepEqual(openids, order.slice(0, 10))
})

void test('agents with different lanes who claim together each get the first session of their own lanes, and whoever has none gets none', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const appids = await openAccounts(house, 2)
  const { items } = (await house.admin.call('GET', '/api/accounts')).body
  const [first = '', second = ''] = appids.map(
    (appid) => items.find((one: { appid: string }) => one.appid === appid).id as string,
  )
  await house.heard()
  for (const appid of [...appids, ...appids]) {
    assert.equal((await (await follower(house, appid)).says('你好')).status, 200)
  }
  const accountIds = [[first], [second], [], [second], [first], [first]]
  const some = await Promise.all(
    accountIds.map((ids, at) => house.agent(`dealt${at}`, { accountIds: ids })),
  )
  const results = await Promise.all(
    some.map((agent) => agent.call('POST', '/api/sessions/claim', {})),
  )
  assert.deepEqual(
    results.map(({ status }) => status).sort(),
    [200, 200, 200, 200, 204, 204],
    JSON.stringify(results.map(({ body }) => body.error)),
  )
  results.forEach(({ status, body }, at) => {
    if (status === 200) assert.ok(accountIds[at]?.includes(body.accountId))
  })
  assert.equal(results[2]?.status, 204, 'the agent without an account')
})

void test('if an agent claims twice at once and the first session is accepted automatically, one of the two waits for them', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  await house.admin.call('PATCH', '/api/settings', { autoAcceptFirst: true })
  for (let at = 0; at < 2; at += 1) await (await follower(house)).says('你好')
  const [agent] = await agents(house, 1)
  const results = await Promise.all(
    [0, 1].map(() => agent!.call('POST', '/api/sessions/claim', {})),
  )
  assert.deepEqual(results.map(({ body }) => body.stateCode).sort(), [0, 1])
})

void test('if sessions that were dealt out cannot be read for the answer, no agent is dealt a second one', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  for (let at = 0; at < 6; at += 1) await (await follower(house)).says('你好')
  const some = await agents(house, 3)
  const { ports } = house.app
  const { store } = ports
  const companyId = (await store.read.companies.list())[0]?.company_id ?? ''
  const customers = Object.create(store.read.customers, {
    byIds: { value: () => Promise.reject(new Error('cannot be read')) },
  }) as typeof store.read.customers
  const read = Object.create(store.read, { customers: { value: customers } }) as typeof store.read
  const failing = { ...ports, store: { ...store, read } }
  const results = await Promise.allSettled(
    some.map(({ uid }) => claimNext(failing, { uid, companyId, role: 'agent' })),
  )
  assert.deepEqual(
    results.map(({ status }) => status),
    ['rejected', 'rejected', 'rejected'],
    'the premise',
  )
  assert.deepEqual(await owned(house), { owners: 3, sessions: 3 })
})

const owned = async (house: House) => {
  const rows = await house.rows<{ uid: number }>('select uid from message_session where state = 1')
  return { owners: new Set(rows.map(({ uid }) => uid)).size, sessions: rows.length }
}

void test('a queued session that the database refuses to give away is passed, and agents who claim together get the sessions behind it', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  house.announce({ logs: ['a session cannot be claimed'] })
  for (let at = 0; at < 5; at += 1) await (await follower(house)).says('你好')
  const some = await agents(house, 3)
  const [first] = (await queue(house)).map(({ id }) => id)
  await refuseSteps(house, first ?? '')
  const results = await Promise.all(
    some.map((agent) => agent.call('POST', '/api/sessions/claim', {})),
  )
  assert.deepEqual(counts(results), { 200: 3 })
  const alone = await some[0]?.call('POST', '/api/sessions/claim', {})
  assert.equal(alone?.status, 200, 'a single claim passes it too')
  assert.deepEqual(
    (await queue(house)).map(({ id }) => id),
    [first],
  )
})

void test('sessions that the queue index proposes in the wrong lane are passed, and the index is corrected', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  const many = 12
  for (let at = 0; at <= many; at += 1) await (await follower(house)).says('你好')
  const [agent, other] = await agents(house, 2)
  await house.admin.call('POST', '/api/admin/jobs/queue-reconcile/run', {})
  const ids = (await queue(house)).map(({ id }) => id)
  const wrong = ids.slice(0, many)
  // as if a process had died between its commit and what it tells the index
  await house.app.ports.store.work('rest', async ({ sql }) => {
    const marks = wrong.map(() => '?').join(',')
    const lane = privateLane(other?.uid ?? 0)
    await sql.run(`update message_session set lane = ? where session_id in (${marks})`, [
      lane,
      ...wrong,
    ])
  })
  const claimed = await agent!.call('POST', '/api/sessions/claim', {})
  assert.deepEqual([claimed.status, claimed.body.id], [200, ids.at(-1)])
  assert.equal((await agent!.call('POST', '/api/sessions/claim', {})).status, 204)
  const theirs = await other!.call('POST', '/api/sessions/claim', {})
  assert.deepEqual([theirs.status, theirs.body.id], [200, wrong[0]], 'the first in their own lane')
})

void test('an agent who passes many sessions that they cannot have still gets the first one behind these, though others claim at the same moment', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  const [appid = ''] = await openAccounts(house, 1)
  await house.heard()
  const { items } = (await house.admin.call('GET', '/api/accounts')).body
  const own = items.find((one: { appid: string }) => one.appid !== appid).id as string
  const [agent, other] = [
    await house.agent('passing', { accountIds: [own] }),
    await house.agent('behind', { accountIds: [own] }),
  ]
  // thirteen wait for this agent alone, and the agent serves only the account of the last of them
  for (let at = 0; at < 12; at += 1) await (await follower(house, appid)).says('你好')
  await (await follower(house)).says('你好')
  await house.app.ports.store.work('rest', async ({ sql }) => {
    await sql.run('update message_session set lane = ?', [privateLane(agent.uid)])
  })
  for (let at = 0; at < 2; at += 1) await (await follower(house)).says('你好')
  await house.admin.call('POST', '/api/admin/jobs/queue-reconcile/run', {})
  const ids = (await queue(house)).map(({ id }) => id)
  const companyId = (await house.app.ports.store.read.companies.list())[0]?.company_id ?? ''
  const claimed = await Promise.all(
    [agent, other].map(({ uid }) => claimNext(house.app.ports, { uid, companyId, role: 'agent' })),
  )
  assert.deepEqual(
    claimed.map((one) => ids.indexOf(one?.id ?? '')),
    [12, 13],
  )
})

void test('claiming the next session takes sessions in the order of the queue', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const order: string[] = []
  for (let at = 0; at < 5; at += 1) {
    const customer = await follower(house)
    await customer.says('你好')
    order.push(customer.openid)
  }
  const [agent] = await agents(house, 1)
  const claimed: string[] = []
  for (let at = 0; at < 5; at += 1) {
    claimed.push((await agent!.call('POST', '/api/sessions/claim', {})).body.customer.openid)
  }
  assert.deepEqual(claimed, order)
  assert.equal((await agent!.call('POST', '/api/sessions/claim', {})).status, 204)
})

void test('claiming the next session never returns one the agent already has, even if the queue index still proposes it', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  for (const customer of [await follower(house), await follower(house)]) await customer.says('你好')
  const [agent] = await agents(house, 1)
  await house.admin.call('POST', '/api/admin/jobs/queue-reconcile/run', {})
  const first = (await agent!.call('POST', '/api/sessions/claim', {})).body
  const { queue, store } = house.app.ports
  const lane = await commonOf(house)
  const companyId = (await store.read.companies.list())[0]?.company_id ?? ''
  await queue.move(companyId, [{ id: first.id, from: null, to: { list: laneList(lane), rank: 0 } }])
  assert.equal((await queue.heads(companyId, [lane], 1))?.[0]?.id, first.id)

  const second = (await agent!.call('POST', '/api/sessions/claim', {})).body
  assert.notEqual(second.id, first.id)
  assert.equal((await queue.heads(companyId, [lane], 1))?.length, 0)
})

void test('a session that is claimed while the queue index is repaired does not reappear in the index', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  await (await follower(house)).says('你好')
  const [agent] = await agents(house, 1)
  await house.admin.call('POST', '/api/admin/jobs/queue-reconcile/run', {})
  const { ports } = house.app
  const lane = await commonOf(house)
  const companyId = (await ports.store.read.companies.list())[0]?.company_id ?? ''
  const [session] = await queue(house)
  await ports.queue.move(companyId, [{ id: session?.id ?? '', from: laneList(lane), to: null }])
  let claimed = 0
  const raced = {
    ...ports,
    queue: {
      ...ports.queue,
      move: async (...call: Parameters<typeof ports.queue.move>) => {
        if (claimed === 0) {
          claimed = (await agent!.call('POST', `/api/sessions/${session?.id}/claim`, {})).status
        }
        return ports.queue.move(...call)
      },
    },
  }
  assert.deepEqual(await reconcileQueue(raced, companyId), { added: 1, removed: 0 })
  assert.equal(claimed, 200, 'the premise: SQL had been read, the index was not yet written')
  assert.deepEqual(await ports.queue.heads(companyId, [lane], 5), [])
})

void test('a returning customer waits for their exclusive agent to accept if online, is queued for them alone if away, and can be claimed by others after the delay', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  const customer = await follower(house)
  const [owner, other] = await agents(house, 2)
  await customer.says('一')
  const first = await owner!.call('POST', '/api/sessions/claim', {})
  await owner!.call('POST', `/api/sessions/${first.body.id}/close`, {})
  await customer.says('二')
  const waiting = (await owner!.call('GET', '/api/sessions?state=waiting&mine=true')).body.items[0]
  assert.equal(waiting.stateCode, 0)
  const early = await owner!.call('POST', `/api/sessions/${waiting.id}/messages`, {
    clientMsgId: 'a',
    type: 'text',
    text: 'x',
  })
  assert.equal(early.body.error.code, 'session_not_accepted')
  assert.equal((await other!.call('POST', `/api/sessions/${waiting.id}/accept`, {})).status, 403)
  assert.equal(
    (await owner!.call('POST', `/api/sessions/${waiting.id}/accept`, {})).body.stateCode,
    1,
  )
  await owner!.call('POST', `/api/sessions/${waiting.id}/close`, {})

  await owner!.call('PUT', '/api/me/presence', { status: 'away' })
  await customer.says('三')
  const [reserved] = await queue(house)
  assert.equal(
    (await other!.call('POST', `/api/sessions/${reserved?.id}/claim`, {})).body.error.code,
    'reserved',
  )
  await house.app.advanceTo(11 * 60_000)
  assert.equal(
    (await house.admin.call('POST', '/api/admin/jobs/fallback/run', {})).body.result.moved,
    1,
  )
  assert.equal((await other!.call('POST', `/api/sessions/${reserved?.id}/claim`, {})).status, 200)
})

void test('searching sessions finds matches in the whole list, not only on the current page', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const customers = [await follower(house), await follower(house), await follower(house)]
  for (const customer of customers) await customer.says('在吗')
  const last = customers.at(-1)
  const all = (await house.admin.call('GET', '/api/sessions?state=queued')).body.items as {
    id: string
    customer: { id: string; openid: string }
  }[]
  const wanted = all.find((session) => session.customer.openid === last?.openid)
  await house.admin.call('PATCH', `/api/customers/${wanted?.customer.id}`, { alias: '老王' })
  for (const search of [encodeURIComponent('老王'), last?.openid]) {
    const found = (
      await house.admin.call('GET', `/api/sessions?state=queued&limit=1&search=${search}`)
    ).body
    assert.deepEqual(
      found.items.map((session: { id: string }) => session.id),
      [wanted?.id],
    )
    assert.equal(found.next, null)
  }
})
