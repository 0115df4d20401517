// Customers who wait for a group wait for its members. If no member can serve them any more, they
// wait for everyone of the account.
import assert from 'node:assert/strict'
import test from 'node:test'
import { laneStream } from '../../rules/session/stream.ts'
import { groupLane } from '../../rules/session/lane.ts'
import type { Actor, House } from '../support/app.ts'
import { openHouse } from '../support/app.ts'
import { eventsOf } from '../support/desk.ts'
import { follower, type Follower } from '../support/follower.ts'
import { accountOf, commonOf, ledgerOf, runJob, sessionOf, setAll } from '../support/seen.ts'

type Group = { id: number; name: string; parentId: number | null }

async function open(t: { after: (close: () => Promise<void>) => void }): Promise<House> {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  return house
}

async function makeGroup(house: House, name: string, more: object = {}): Promise<Group> {
  const made = await house.admin.call('POST', '/api/groups', { name, ...more })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return made.body as Group
}

async function waitsFor(house: House, group: Group): Promise<Follower> {
  const customer = await follower(house)
  await customer.does('CLICK', { eventKey: `kf_group_${group.id}` })
  return customer
}

const laneOf = async (house: House, customer: Follower) =>
  (await sessionOf(house, customer)).queue?.lane
const rankOf = async (house: House, customer: Follower) =>
  Number(
    (
      await house.rows<{ rank: number }>(
        'select `rank` from message_session s join wx_user u on u.wx_user_id = s.wx_user_id where u.openid = ? and s.state = 3',
        [customer.openid],
      )
    )[0]?.rank,
  )
const change = async (house: House, who: Actor, patch: object) => {
  const answer = await house.admin.call('PATCH', `/api/users/${who.uid}`, patch)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
}

void test('when a group is deleted, customers who wait for it wait for everyone of the account at once, with the same rank', async (t) => {
  const house = await open(t)
  const [above, below] = [await makeGroup(house, '上'), await makeGroup(house, '下')]
  await house.admin.call('PATCH', `/api/groups/${below.id}`, { parentId: above.id })
  await house.agent('member', { groupIds: [above.id, below.id] })
  const outsider = await house.agent('outsider')
  const [first, second] = [await waitsFor(house, above), await waitsFor(house, above)]
  const stays = await waitsFor(house, below)
  const last = await follower(house)
  await last.says('在吗')
  await runJob(house.admin, 'queue-reconcile')
  const lane = groupLane(above.id, await accountOf(house))
  assert.deepEqual([await laneOf(house, first), await laneOf(house, second)], [lane, lane])
  const ranks = [await rankOf(house, first), await rankOf(house, second)]

  assert.equal((await house.admin.call('DELETE', `/api/groups/${above.id}`)).status, 200)

  const common = await commonOf(house)
  assert.deepEqual([await laneOf(house, first), await laneOf(house, second)], [common, common])
  assert.deepEqual([await rankOf(house, first), await rankOf(house, second)], ranks)
  assert.equal(
    await laneOf(house, stays),
    groupLane(below.id, await accountOf(house)),
    'a group below it is still there',
  )
  const { id } = await sessionOf(house, first)
  assert.equal((await ledgerOf(house.admin, id)).at(-1)?.reason, 'group_empty')
  const heard = (await eventsOf(house, laneStream(lane))).at(-1)
  assert.deepEqual([heard?.type, heard?.data.lane], ['session.queued', common])
  const companyId = (await house.rows<{ company_id: string }>('select company_id from company'))[0]
  const heads = await house.app.ports.queue.heads(companyId?.company_id ?? '', [common, lane], 9)
  assert.deepEqual(
    heads?.map((entry) => entry.lane),
    [common, common, common],
    'the index was told',
  )
  for (const customer of [first, second, last]) {
    const claimed = await outsider.call('POST', '/api/sessions/claim', {})
    assert.equal(claimed.body.customer?.openid, customer.openid)
  }
})

void test('a group in which nobody serves the account gets no customers: they wait for everyone, and a transfer to it is refused', async (t) => {
  const house = await open(t)
  const [empty, foreign, gone] = [
    await makeGroup(house, '空'),
    await makeGroup(house, '外'),
    await makeGroup(house, '离'),
  ]
  await house.agent('foreigner', { groupIds: [foreign.id], accountIds: [] })
  const left = await house.agent('left', { groupIds: [gone.id] })
  await change(house, left, { enabled: false })
  const rule = await house.admin.call('POST', '/api/rules', {
    name: '售后',
    match: { kind: 'contains', keywords: ['退款'] },
    action: { kind: 'group', groupId: foreign.id },
  })
  assert.equal(rule.status, 201, JSON.stringify(rule.body))
  const common = await commonOf(house)
  for (const group of [empty, foreign, gone]) {
    const customer = await waitsFor(house, group)
    assert.equal(await laneOf(house, customer), common, group.name)
    const { id } = await sessionOf(house, customer)
    const sent = await house.admin.call('POST', `/api/sessions/${id}/transfer`, {
      groupId: group.id,
    })
    assert.deepEqual([sent.status, sent.body.error.code], [409, 'group_empty'], group.name)
  }
  const asks = await follower(house)
  await asks.says('在吗')
  await asks.says('我要退款')
  assert.equal(await laneOf(house, asks), common, 'a rule names a group that nobody serves')
})

for (const [how, leave] of [
  ['leaves it', { groupIds: [] }],
  ['is disabled', { enabled: false }],
  ['does not serve the account any more', { accountIds: [] }],
] as [string, object][]) {
  void test(`when the last person of a group ${how}, customers who wait for the group wait for everyone at once`, async (t) => {
    const house = await open(t)
    const group = await makeGroup(house, '售后')
    const [one, other] = [
      await house.agent('one', { groupIds: [group.id] }),
      await house.agent('other', { groupIds: [group.id] }),
    ]
    const customer = await waitsFor(house, group)
    const rank = await rankOf(house, customer)
    const lane = groupLane(group.id, await accountOf(house))
    await change(house, one, leave)
    assert.equal(await laneOf(house, customer), lane, 'the other one may come')
    await change(house, other, leave)
    assert.equal(await laneOf(house, customer), await commonOf(house))
    assert.equal(await rankOf(house, customer), rank)
  })
}

void test('a session that was transferred to a group at the moment the group was deleted is moved to the common lane by the job overflow', async (t) => {
  const house = await open(t)
  const group = await makeGroup(house, '售后')
  await house.agent('member', { groupIds: [group.id] })
  const customer = await waitsFor(house, group)
  const { store } = house.app.ports
  // stores a transfer to the group as if it had been checked before the group was deleted, and
  // written afterwards
  await store.work('rest', async (unit) => {
    await unit.sql.run('delete from user_group_member where user_group_id = ?', [group.id])
    await unit.sql.run('delete from user_group where user_group_id = ?', [group.id])
  })
  assert.notEqual(await laneOf(house, customer), await commonOf(house), 'the premise')
  assert.equal((await runJob(house.admin, 'overflow'))['moved'], 1)
  assert.equal(await laneOf(house, customer), await commonOf(house))
})

void test('an overflow sends nobody to a group that cannot serve the account, and is removed when that group is deleted', async (t) => {
  const house = await open(t)
  const [full, next] = [await makeGroup(house, '满'), await makeGroup(house, '下一个')]
  await house.agent('member', { groupIds: [full.id] })
  const helper = await house.agent('helper', { groupIds: [next.id] })
  const overflow = { groupId: next.id, waiting: 1, minutes: 0 }
  await setAll(house, { groups: { [full.id]: { overflow, sessionRule: 'grab' } } })
  const customers = [await waitsFor(house, full), await waitsFor(house, full)]
  const accountId = await accountOf(house)
  await change(house, helper, { accountIds: [] })
  await house.heard()
  assert.equal((await runJob(house.admin, 'overflow'))['moved'], 0, 'nobody serves the next group')
  await change(house, helper, { accountIds: [accountId] })
  await house.heard()
  assert.equal((await runJob(house.admin, 'overflow'))['moved'], 1)
  assert.equal(await laneOf(house, customers[1]!), groupLane(next.id, accountId))

  assert.equal((await house.admin.call('DELETE', `/api/groups/${next.id}`)).status, 200)
  await house.heard()
  const { groups } = (await house.admin.call('GET', '/api/settings')).body
  assert.deepEqual(groups, { [full.id]: { sessionRule: 'grab' } })
  const saved = await house.admin.call('PATCH', '/api/settings', { groups })
  assert.equal(saved.status, 200, 'what one reads may be written')
})

void test('a reception whose group is deleted names nobody, shows this, and can still be changed; a rule that named the group hands over to everyone', async (t) => {
  const house = await open(t)
  const group = await makeGroup(house, '售后')
  await house.agent('member', { groupIds: [group.id] })
  const made = await house.admin.call('POST', '/api/receptions', {
    accountId: await accountOf(house),
    scene: 'shop',
    name: '门店',
    kind: 'group',
    groupId: group.id,
    qr: false,
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const rule = await house.admin.call('POST', '/api/rules', {
    name: '售后',
    match: { kind: 'contains', keywords: ['退款'] },
    action: { kind: 'text', text: '请稍候', then: [{ kind: 'group', groupId: group.id }] },
  })
  assert.equal(rule.status, 201, JSON.stringify(rule.body))

  const gone = await house.admin.call('DELETE', `/api/groups/${group.id}`)
  assert.deepEqual(
    [gone.status, gone.body],
    [200, { moved: 0, receptions: 1, rules: 1, overflows: 0 }],
    'an admin is told what named it',
  )
  const { id } = made.body as { id: string }
  const renamed = await house.admin.call('PATCH', `/api/receptions/${id}`, { name: '新门店' })
  assert.deepEqual(
    [renamed.status, renamed.body.name, renamed.body.kind, renamed.body.groupId],
    [200, '新门店', 'other', null],
    JSON.stringify(renamed.body),
  )
  const customer = await follower(house)
  await customer.does('SCAN', { eventKey: 'shop', ticket: 'x' })
  assert.equal(await laneOf(house, customer), await commonOf(house))
  const { name, match, action } = (await house.admin.call('GET', `/api/rules/${rule.body.id}`)).body
  assert.deepEqual(action.then, [{ kind: 'queue' }], 'handed on to everyone')
  const again = await house.admin.call('PUT', `/api/rules/${rule.body.id}`, {
    name: `${name}二`,
    match,
    action,
  })
  assert.equal(again.status, 200, JSON.stringify(again.body))
})
