// What followers are told outside working hours, and about their place in the queue.
import assert from 'node:assert/strict'
import test from 'node:test'
import { openHouse, signIn, type House } from '../support/app.ts'
import { runJob, sessionOf, setAll } from '../support/seen.ts'
import { follower } from '../support/follower.ts'

const always = ['00:00-24:00']
const week = (span: string[]) => ({
  sun: span,
  mon: span,
  tue: span,
  wed: span,
  thu: span,
  fri: span,
  sat: span,
})
const minute = 60_000
const day = 24 * 60 * minute

async function open(
  t: { after: (close: () => Promise<void>) => void },
  settings: object,
): Promise<House> {
  const house = await openHouse({ rules: false, withoutCron: true })
  t.after(() => house.close())
  await setAll(house, settings)
  return house
}
const shown = (answer: { shown: { text?: string }[] }) => answer.shown.map((one) => one.text)

void test("outside working hours a follower is told so once, a rule that matches still answers, and none of this counts as an agent's answer", async (t) => {
  const house = await open(t, { hours: { week: {}, reply: '我们下班了' } })
  await house.admin.call('POST', '/api/rules', {
    name: '退款',
    match: { kind: 'contains', keywords: ['退款'] },
    action: { kind: 'text', text: '退款请填表' },
  })
  await house.admin.call('POST', '/api/rules', {
    name: '其他',
    match: { kind: 'default' },
    action: { kind: 'text', text: '您好' },
  })
  const customer = await follower(house)
  assert.deepEqual(shown(await customer.says('有人吗')), ['我们下班了'])
  assert.deepEqual(shown(await customer.says('喂')), ['您好'], 'told once')
  assert.deepEqual(shown(await customer.says('退款')), ['退款请填表'])
  assert.ok((await sessionOf(house, customer)).unansweredSince)
  await setAll(house, { hours: { week: week(always), reply: '我们下班了' } })
  const other = await follower(house)
  assert.deepEqual(shown(await other.says('有人吗')), ['您好'])
})

void test('the notice outside working hours is sent again after a working day, and an account may have its own hours', async (t) => {
  const house = await open(t, {
    hours: { zone: 'Europe/Berlin', week: week(['09:00-17:00']), reply: '下班了' },
  })
  const customer = await follower(house)
  // moves the clock to a night in Berlin, whatever the time is now
  const now = await house.app.ports.store.databaseMs()
  const night = day + ((26 * 60 * minute - (now % day)) % day)
  await house.app.advanceTo(night)
  assert.deepEqual(shown(await customer.says('一')), ['下班了'])
  await house.app.advanceTo(night + minute)
  assert.deepEqual(shown(await customer.says('二')), [])
  await house.app.advanceTo(night + day)
  assert.deepEqual(shown(await customer.says('三')), ['下班了'])
  const admin = await signIn(house.url, 'admin')
  const accountId = (await admin.call('GET', '/api/accounts')).body.items[0].id
  await setAll(house, { accounts: { [accountId]: { hours: null } } }, admin)
  const other = await follower(house)
  assert.deepEqual(shown(await other.says('有人吗')), [], 'this account is always there')
})

void test('impossible working hours and some other impossible settings are refused with the name of the field', async (t) => {
  const house = await open(t, {})
  const field = async (settings: object) =>
    (await house.admin.call('PATCH', '/api/settings', settings)).body.error?.details?.field
  assert.equal(await field({ hours: { zone: 'Mars/Olympus', week: {} } }), 'hours.zone')
  assert.match(await field({ hours: { week: { mon: ['9-18'] } } }), /^hours\.week\.mon/)
  assert.equal(await field({ reclaimDays: 0 }), 'reclaimDays')
  assert.equal(await field({ accounts: { nobody: { sessionRule: 'even' } } }), 'accounts')
  assert.equal(await field({ groups: { 99: { sessionRule: 'even' } } }), 'groups')
})

void test("a queued follower is told their place in the queue if the company wants it, and a rule's text can contain it too", async (t) => {
  const house = await open(t, {})
  await house.admin.call('POST', '/api/rules', {
    name: '多久',
    match: { kind: 'contains', keywords: ['多久'] },
    action: { kind: 'text', text: '您是第 {position} 位，约 {minutes} 分钟' },
  })
  await runJob(house.admin, 'queue-reconcile')
  const [one, two, three] = [await follower(house), await follower(house), await follower(house)]
  assert.deepEqual(shown(await one.says('你好')), [], 'switched off')
  assert.deepEqual(shown(await one.says('要多久')), ['您是第 {position} 位，约 {minutes} 分钟'])
  await setAll(house, { tellPosition: true, positionReply: '前面 {before} 位，约 {minutes} 分钟' })
  assert.deepEqual(
    shown(await two.says('你好')),
    ['前面 1 位，约 若干 分钟'],
    'how long nobody knows yet',
  )
  assert.deepEqual(shown(await two.says('在吗')), [], 'told once')
  assert.deepEqual(shown(await two.says('要多久')), ['您是第 2 位，约 若干 分钟'])
  await house.app.advanceTo(3 * minute)
  const agent = await house.agent('agent1')
  await agent.call('POST', '/api/sessions/claim', {})
  await house.app.advanceTo(5 * minute)
  const told = shown(await three.says('你好'))
  assert.deepEqual(told, ['前面 1 位，约 5 分钟'], 'two minutes and a moment for each')
  const { queue } = await sessionOf(house, three)
  assert.equal(queue?.position, 2)
  assert.ok(Math.abs((queue.estimatedSeconds ?? 0) - 245) <= 5, String(queue.estimatedSeconds))
})

void test('"assigned", "answerable" and "unanswered" are shown and filtered as three independent facts about a session', async (t) => {
  const house = await open(t, {})
  const agent = await house.agent('agent1')
  const [queued, owed, answered] = [
    await follower(house),
    await follower(house),
    await follower(house),
  ]
  for (const customer of [owed, answered, queued]) await customer.says('你好')
  for (let n = 0; n < 2; n += 1) await agent.call('POST', '/api/sessions/claim', {})
  await agent.call('POST', `/api/sessions/${(await sessionOf(house, answered)).id}/messages`, {
    clientMsgId: 'a',
    type: 'text',
    text: '在',
  })
  const facts = async (customer: typeof queued) => {
    const { assigned, answerable, unansweredSince } = await sessionOf(house, customer)
    return [assigned, answerable, unansweredSince !== null]
  }
  assert.deepEqual(
    [await facts(queued), await facts(owed), await facts(answered)],
    [
      [false, true, true],
      [true, true, true],
      [true, true, false],
    ],
  )
  const asked = async (query: string) =>
    (
      (await agent.call('GET', `/api/sessions?${query}`)).body.items as {
        customer: { openid: string }
      }[]
    ).map((one) => one.customer.openid)
  assert.deepEqual(await asked('state=active&unanswered=true'), [owed.openid])
  assert.deepEqual(await asked('state=active&unanswered=false'), [answered.openid])
  assert.equal((await asked('state=active&answerable=true')).length, 2)
  await owed.does('unsubscribe')
  assert.deepEqual(
    await facts(owed),
    [true, false, true],
    'the agent still has it and owes an answer, but WeChat accepts none',
  )
  assert.deepEqual(await asked('state=active&answerable=false'), [owed.openid])
  assert.deepEqual(await asked('state=queued&answerable=true&unanswered=true'), [queued.openid])
})
