// Who may claim whom: sessions of an account that is not bound block nobody, and each lane belongs
// to one account.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { Redis } from 'ioredis'
import { agentActor } from '../../rules/session/actor.ts'
import { laneList } from '../../rules/session/queue-list.ts'
import { commonLane, groupLane, groupOf, privateLane } from '../../rules/session/lane.ts'
import { firstLanes } from '../support/first-release.ts'
import { testAccount, openHouse, post, type Actor, type House } from '../support/app.ts'
import { isCluster, openEdition } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { follower, type Follower } from '../support/follower.ts'
import { commonOf, ledgerOf, presence, runJob, sessionOf, setAll } from '../support/seen.ts'

const second = {
  ...testAccount,
  appid: 'wx0000000000000002',
  originalId: 'gh_000000000002',
  name: 'B',
}

/** Opens a second account and returns the ids of both. */
async function openTwo(house: House): Promise<{ first: string; other: string }> {
  const made = await house.admin.call('POST', '/api/accounts', { kind: 'wechat', ...second })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  await post(`${house.simulator}/sim/accounts`, {
    ...second,
    callbackUrl: `${house.url}/wechat/${second.appid}`,
  })
  const { items } = (await house.admin.call('GET', '/api/accounts')).body as {
    items: { id: string; appid: string }[]
  }
  const first = items.find(({ appid }) => appid === testAccount.appid)?.id ?? ''
  await house.heard()
  return { first, other: made.body.id as string }
}

async function writes(house: House, appid: string): Promise<Follower> {
  const customer = await follower(house, appid)
  assert.equal((await customer.says('在吗')).status, 200)
  return customer
}

for (const [how, leave] of [
  [
    'unbound',
    (house, id) => house.admin.call('PATCH', `/api/accounts/${id}`, { binding: 'unbound' }),
  ],
  ['deleted', (house, id) => house.admin.call('DELETE', `/api/accounts/${id}`)],
] as [string, (house: House, id: string) => Promise<{ status: number }>][]) {
  void test(`a session at the head of the queue whose account is ${how} blocks nobody: the next session is claimed, and it stays queued`, async (t) => {
    const house = await openHouse({ rules: false })
    t.after(() => house.close())
    const { other } = await openTwo(house)
    const agent = await house.agent('agent1')
    const stuck = [await writes(house, second.appid), await writes(house, second.appid)]
    const customer = await writes(house, testAccount.appid)
    assert.equal((await leave(house, other)).status, 200)
    await house.heard()

    const claimed = await agent.call('POST', '/api/sessions/claim', {})
    assert.deepEqual(
      [claimed.status, claimed.body.customer?.openid],
      [200, customer.openid],
      JSON.stringify(claimed.body),
    )
    assert.equal(
      (await agent.call('POST', '/api/sessions/claim', {})).status,
      204,
      'nobody is left',
    )

    for (const one of stuck) {
      const { id, stateCode, answerable } = await sessionOf(house, one)
      assert.deepEqual([stateCode, answerable], [3, false])
      const byId = await agent.call('POST', `/api/sessions/${id}/claim`, {})
      assert.deepEqual([byId.status, byId.body.error.code], [409, 'account_not_bound'])
    }
    const listed = await house.admin.call('GET', '/api/sessions?state=queued&answerable=false')
    assert.equal(listed.body.items.length, 2, 'admins see whom nobody can answer')
  })
}

const isRefused = (answer: { status: number; body: any }, code: string, why?: string) => {
  assert.deepEqual([answer.status, answer.body.error?.code], [409, code], why)
}
const queueSeen = async (who: Actor): Promise<string[]> =>
  (
    (await who.call('GET', '/api/sessions?state=queued')).body.items as {
      customer: { openid: string }
    }[]
  ).map(({ customer }) => customer.openid)

void test("an agent sees and claims only sessions of accounts they serve, in the common lane and in a group's lane", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { first, other } = await openTwo(house)
  const group = (await house.admin.call('POST', '/api/groups', { name: '售后' })).body
  const one = await house.agent('one', { accountIds: [first], groupIds: [group.id] })
  const both = await house.agent('both', { groupIds: [group.id] })
  const foreign = await writes(house, second.appid)
  const sent = await writes(house, second.appid)
  const { id: sentId } = await sessionOf(house, sent)
  assert.equal(
    (await house.admin.call('POST', `/api/sessions/${sentId}/transfer`, { groupId: group.id }))
      .status,
    200,
  )
  assert.deepEqual(
    [(await sessionOf(house, foreign)).queue?.lane, (await sessionOf(house, sent)).queue?.lane],
    [commonLane(other), groupLane(group.id, other)],
  )

  assert.equal((await one.call('POST', '/api/sessions/claim', {})).status, 204)
  assert.deepEqual(await queueSeen(one), [])
  assert.deepEqual(await queueSeen(both), [foreign.openid, sent.openid], 'the premise')
  for (const customer of [foreign, sent]) {
    const { id } = await sessionOf(house, customer)
    isRefused(await one.call('POST', `/api/sessions/${id}/claim`, {}), 'agent_not_on_account')
    assert.equal((await one.call('GET', `/api/sessions/${id}`)).status, 404)
  }
  for (const lane of [commonLane(other), groupLane(group.id, other)]) {
    isRefused(await one.call('POST', '/api/sessions/claim', { lane }), 'agent_not_on_account')
  }
  assert.equal(
    (await one.call('POST', '/api/sessions/claim', { lane: 'all' })).body.error.code,
    'not_your_lane',
  )
  assert.equal((await sessionOf(house, foreign)).customer.exclusiveAgentUid, -1)
  const taken = await both.call('POST', '/api/sessions/claim', {
    lane: groupLane(group.id, other),
  })
  assert.equal(taken.body.customer?.openid, sent.openid)
  const mine = await writes(house, testAccount.appid)
  assert.equal(
    (await one.call('POST', '/api/sessions/claim', {})).body.customer?.openid,
    mine.openid,
  )
})

void test('nobody is assigned, transferred or can take over a session of an account they do not serve', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { first } = await openTwo(house)
  const stranger = await house.agent('stranger', { accountIds: [first] })
  const chief = await house.agent('chief', { accountIds: [first], role: 'supervisor' })
  await setAll(house, { sessionRule: 'even' })
  await presence(stranger, 'online')
  const customer = await writes(house, second.appid)
  const { id, stateCode } = await sessionOf(house, customer)
  assert.equal(stateCode, 3, 'nobody of this account is there')
  const mine = await writes(house, testAccount.appid)
  assert.deepEqual((await sessionOf(house, mine)).agentUid, stranger.uid, 'the premise')

  isRefused(await chief.call('POST', `/api/sessions/${id}/takeover`, {}), 'agent_not_on_account')
  isRefused(
    await house.admin.call('POST', `/api/sessions/${id}/transfer`, { agentUid: stranger.uid }),
    'agent_not_on_account',
  )
  const taken = await house.admin.call('POST', `/api/sessions/${id}/takeover`, {})
  assert.deepEqual([taken.status, taken.body.agentUid], [200, house.admin.uid])
  await house.admin.call('POST', `/api/sessions/${id}/close`, {})
  const { status } = await house.admin.call('PATCH', `/api/customers/${taken.body.customer.id}`, {
    exclusiveAgentUid: -1,
  })
  assert.equal(status, 200)
  isRefused(
    await chief.call('POST', '/api/sessions', { customerId: taken.body.customer.id }),
    'agent_not_on_account',
  )
})

void test('a claim that names no lane takes the session that came first over all lanes of the agent', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  await openTwo(house)
  const agent = await house.agent('agent1')
  const order: string[] = []
  for (let at = 0; at < 6; at += 1) {
    const customer = await writes(house, at % 2 === 0 ? second.appid : testAccount.appid)
    order.push(customer.openid)
  }
  assert.deepEqual(await queueSeen(agent), order)
  const claimed: string[] = []
  for (let at = 0; at < 6; at += 1) {
    claimed.push((await agent.call('POST', '/api/sessions/claim', {})).body.customer.openid)
  }
  assert.deepEqual(claimed, order)
})

void test('a person who serves all accounts also serves a new one; a person who serves some does not, until it is added', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { items } = (await house.admin.call('GET', '/api/accounts')).body
  const all = await house.agent('all')
  await openTwo(house).then(async ({ other }) => {
    const some = await house.agent('some', { accountIds: [items[0].id] })
    const customer = await writes(house, second.appid)
    assert.equal((await some.call('POST', '/api/sessions/claim', {})).status, 204)
    const added = { accountIds: [items[0].id, other] }
    assert.equal((await house.admin.call('PATCH', `/api/users/${some.uid}`, added)).status, 200)
    const claimed = await some.call('POST', '/api/sessions/claim', {})
    assert.equal(claimed.body.customer?.openid, customer.openid)
  })
  const next = await writes(house, second.appid)
  const claimed = await all.call('POST', '/api/sessions/claim', {})
  assert.equal(claimed.body.customer?.openid, next.openid)
})

void test('if an agent stops serving an account, customers who wait for them wait for everyone of the account at once, with the same rank', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { first, other } = await openTwo(house)
  const owner = await house.agent('owner')
  const heir = await house.agent('heir')
  const customer = await writes(house, second.appid)
  const claimed = (await owner.call('POST', '/api/sessions/claim', {})).body
  await owner.call('POST', `/api/sessions/${claimed.id}/close`, {})
  await presence(owner, 'offline')
  await customer.says('还在吗')
  const before = await sessionOf(house, customer)
  assert.equal(before.queue?.lane, privateLane(owner.uid), 'the premise')
  const rankOf = async () =>
    Number(
      (
        await house.rows<{ rank: number }>(
          'select `rank` from message_session where session_id = ?',
          [before.id],
        )
      )[0]?.rank,
    )
  const rank = await rankOf()
  const left = await house.admin.call('PATCH', `/api/users/${owner.uid}`, { accountIds: [first] })
  assert.equal(left.status, 200)

  assert.equal((await sessionOf(house, customer)).queue?.lane, commonLane(other))
  assert.equal(await rankOf(), rank)
  assert.deepEqual(await queueSeen(owner), [])
  assert.equal((await owner.call('POST', '/api/sessions/claim', {})).status, 204)
  const taken = await heir.call('POST', '/api/sessions/claim', {})
  assert.equal(taken.body.customer?.openid, customer.openid)
  await heir.call('POST', `/api/sessions/${before.id}/close`, {})
  await presence(owner, 'online')
  await customer.says('又来了')
  const again = await sessionOf(house, customer)
  assert.notDeepEqual(again.agentUid, owner.uid)
  assert.notEqual(
    again.queue?.lane,
    privateLane(owner.uid),
    'they do not serve this account any more',
  )
})

/** Restores the state of an older release, in which all accounts shared one lane of the queue. */
async function asBefore(house: House, redisUrl: string | undefined): Promise<void> {
  const { store, queue } = house.app.ports
  const run = (text: string) => store.work('rest', (unit) => unit.sql.run(text, []))
  const rows = await house.rows<{
    company_id: string
    session_id: string
    lane: string
    rank: number
  }>('select company_id, session_id, lane, `rank` from message_session where state = 3')
  for (const { company_id: companyId, session_id: id, lane, rank } of rows) {
    const groupId = groupOf(lane)
    const before = groupId === null ? firstLanes.common : firstLanes.group(groupId)
    await run(`update message_session set lane = '${before}' where session_id = '${id}'`)
    const to = { list: laneList(before), rank }
    await queue.move(companyId, [{ id, from: laneList(lane), to }])
  }
  await run("delete from migrations where name like 'Lanes%'")
  if (redisUrl === undefined) return
  const raw = new Redis(`${redisUrl}/2`)
  await raw.set(`epoch:{${rows[0]?.company_id ?? ''}}`, 'whole:0123456789abcdef')
  await raw.quit()
}

void test('sessions queued by a release with one lane for all accounts are claimed in the same order right after the upgrade', async (t) => {
  const [edition, dir] = [await openEdition(), mkdtempSync(join(tmpdir(), 'kefu-lanes-'))]
  const opened: House[] = []
  t.after(async () => {
    for (const house of opened) await house.close()
    await edition.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const { settings } = edition
  const old = await openHouse({ rules: false, withoutCron: true, dir, settings })
  const { first, other } = await openTwo(old)
  const group = (await old.admin.call('POST', '/api/groups', { name: '售后' })).body
  await old.agent('agent1', { groupIds: [group.id] })
  const order: string[] = []
  for (let at = 0; at < 6; at += 1) {
    const customer = await follower(old, at % 2 === 0 ? second.appid : testAccount.appid)
    if (at < 2) await customer.does('CLICK', { eventKey: `kf_group_${group.id}` })
    else await customer.says('在吗')
    order.push(customer.openid)
  }
  await asBefore(old, settings['REDIS_URL'])
  const lanesOf = async (house: House) =>
    (
      await house.rows<{ lane: string }>(
        'select lane from message_session where state = 3 order by `rank`',
      )
    ).map((row) => row.lane)
  const gone = [firstLanes.common, firstLanes.group(group.id)]
  assert.deepEqual(new Set(await lanesOf(old)), new Set(gone), 'the premise')
  await old.close()

  const house = await openHouse({ rules: false, withoutCron: true, dir, settings })
  opened.push(house)
  const ids = [other, first]
  assert.deepEqual(await lanesOf(house), [
    ...ids.map((id) => groupLane(group.id, id)),
    ...[...ids, ...ids].map((id) => commonLane(id)),
  ])
  const agent = await house.agent('agent1')
  const claimed: string[] = []
  for (let at = 0; at < 6; at += 1) {
    if (at === 3) await runJob(house.admin, 'queue-reconcile')
    claimed.push((await agent.call('POST', '/api/sessions/claim', {})).body.customer?.openid)
  }
  assert.deepEqual(claimed, order)
  const [company] = await house.rows<{ company_id: string }>('select company_id from company')
  await eventually(async () => {
    const lists = (await house.app.ports.queue.sums(company?.company_id ?? ''))?.lists
    assert.deepEqual(
      gone.map((lane) => lists?.get(laneList(lane))?.count ?? 0),
      [0, 0],
      'the lists of before are empty',
    )
  }, 'queueIndex')
  if (isCluster) {
    const raw = new Redis(`${settings['REDIS_URL'] ?? ''}/2`)
    assert.equal(await raw.exists(`queue:{${company?.company_id}}:all`), 0)
    await raw.quit()
  }
})

async function headsOf(house: House, lanes: string[]) {
  const [company] = await house.rows<{ company_id: string }>('select company_id from company')
  const heads = await house.app.ports.queue.heads(company?.company_id ?? '', lanes, 9)
  assert.ok(heads, 'the index is whole')
  return heads.map(({ lane, rank }) => [lane, rank] as const)
}

void test('a queued customer who gets another exclusive agent waits for that agent with the same rank, and for everyone if it is removed', async (t) => {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  const [former, next] = [await house.agent('former'), await house.agent('next')]
  const customer = await writes(house, testAccount.appid)
  const { id: first } = (await former.call('POST', '/api/sessions/claim', {})).body
  await former.call('POST', `/api/sessions/${first}/close`, {})
  for (const agent of [former, next]) await presence(agent, 'offline')
  await customer.says('还在吗')
  await runJob(house.admin, 'queue-reconcile')
  const { id, queue, customer: known } = await sessionOf(house, customer)
  assert.equal(queue?.lane, privateLane(former.uid), 'the premise')
  const later = await writes(house, testAccount.appid)
  const heads = (...lanes: string[]) => headsOf(house, lanes)
  const rank = (await heads(privateLane(former.uid)))[0]?.[1]
  const belongsTo = async (exclusiveAgentUid: number) => {
    const at = `/api/customers/${known.id}`
    const answer = await house.admin.call('PATCH', at, { exclusiveAgentUid, priority: 0 })
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
  }

  await belongsTo(next.uid)
  assert.equal((await sessionOf(house, customer)).queue?.lane, privateLane(next.uid))
  assert.deepEqual(await heads(privateLane(former.uid), privateLane(next.uid)), [
    [privateLane(next.uid), rank],
  ])
  assert.equal((await ledgerOf(house.admin, id)).at(-1)?.actor, agentActor(house.admin.uid))
  const reserved = await former.call('POST', `/api/sessions/${id}/claim`, {})
  assert.deepEqual([reserved.status, reserved.body.error.code], [403, 'reserved'])

  await belongsTo(-1)
  const common = await commonOf(house)
  assert.equal((await sessionOf(house, customer)).queue?.lane, common)
  assert.deepEqual((await heads(common, privateLane(next.uid)))[0], [common, rank], 'goes first')
  const claimed = await former.call('POST', '/api/sessions/claim', {})
  assert.equal(claimed.body.customer?.openid, customer.openid)

  const { customer: other } = await sessionOf(house, later)
  await house.admin.call('PATCH', `/api/customers/${other.id}`, { exclusiveAgentUid: next.uid })
  assert.equal((await sessionOf(house, later)).queue?.lane, privateLane(next.uid))
})

void test('a returning agent gets back their customers of accounts they still serve, even if one of another account waits before them', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { first } = await openTwo(house)
  const owner = await house.agent('owner')
  const [foreign, own] = [await writes(house, second.appid), await writes(house, testAccount.appid)]
  for (let at = 0; at < 2; at += 1) {
    const { id } = (await owner.call('POST', '/api/sessions/claim', {})).body
    await owner.call('POST', `/api/sessions/${id}/close`, {})
  }
  await presence(owner, 'away')
  await foreign.says('还在吗')
  await own.says('还在吗')
  await house.admin.call('PATCH', `/api/users/${owner.uid}`, { accountIds: [first] })
  await house.heard()
  // after the delay both customers have moved from their agent's lane to the common lane of their
  // account
  await setAll(house, { fallbackMinutes: 1 })
  await house.app.advanceTo(2 * 60_000)
  await runJob(house.admin, 'fallback')
  assert.equal((await sessionOf(house, own)).queue?.lane, await commonOf(house), 'the premise')
  assert.equal((await sessionOf(house, foreign)).stateCode, 3, 'the premise')

  await presence(owner, 'online')
  await eventually(async () => {
    assert.equal((await sessionOf(house, own)).agentUid, owner.uid)
  })
  assert.equal((await sessionOf(house, foreign)).stateCode, 3)
})

void test('an agent who stops serving an account keeps the sessions they were given: they can accept and answer them', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const { first } = await openTwo(house)
  const agent = await house.agent('agent1')
  const customer = await writes(house, second.appid)
  const { id } = await sessionOf(house, customer)
  const given = await house.admin.call('POST', `/api/sessions/${id}/transfer`, {
    agentUid: agent.uid,
  })
  assert.equal(given.body.stateCode, 0, 'the premise')
  await house.admin.call('PATCH', `/api/users/${agent.uid}`, { accountIds: [first] })
  const accepted = await agent.call('POST', `/api/sessions/${id}/accept`, {})
  assert.deepEqual([accepted.status, accepted.body.stateCode], [200, 1])
  const said = await agent.call('POST', `/api/sessions/${id}/messages`, {
    clientMsgId: 'last',
    type: 'text',
    text: '在',
  })
  assert.equal(said.status, 202, JSON.stringify(said.body))
  await eventually(async () => {
    assert.ok((await customer.inbox()).some((item) => item.text === '在'))
  })
})
