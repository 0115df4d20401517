// Rules that cannot be compiled affect only the company that has them.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { MessageRuleRow } from '../../entities/index.ts'
import { jobs } from '../../src/actions/jobs/jobs.ts'
import { runSlot } from '../../src/actions/jobs/run-job.ts'
import type { Ports } from '../../src/ports.ts'
import {
  testAccount,
  openHouse,
  password,
  post,
  signIn,
  type Actor,
  type House,
} from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { follower } from '../support/follower.ts'
import { sessionOf } from '../support/seen.ts'

const minuteMs = 60_000

/**
 * Opens a second company with its own account, which the faults of the first one must not affect.
 */
async function openNeighbour(house: House): Promise<{ boss: Actor; appid: string }> {
  const made = await house.admin.call('POST', '/api/companies', {
    name: 'B',
    admin: { username: 'boss-b', password },
  })
  assert.equal(made.status, 201)
  const boss = await signIn(house.url, 'boss-b')
  const mine = { ...testAccount, appid: 'wx000000000000000b', originalId: 'gh_b' }
  assert.equal((await boss.call('POST', '/api/accounts', mine)).status, 201)
  await post(`${house.simulator}/sim/accounts`, {
    ...mine,
    callbackUrl: `${house.url}/wechat/${mine.appid}`,
  })
  return { boss, appid: mine.appid }
}

/** Stores patterns as an older version did, without today's checks. */
async function storePatterns(house: House, patterns: string[]): Promise<void> {
  const [sample] = await house.rows<MessageRuleRow>('select * from message_rule limit 1')
  assert.ok(sample)
  const rows = patterns.map((pattern, n) => ({
    ...sample,
    message_rule_id: String(n).padStart(32, 'a'),
    name: `pattern ${n}`,
    priority: -1,
    match_kind: 'regex',
    keywords: '[]',
    pattern,
  }))
  for (let at = 0; at < rows.length; at += 500) {
    await house.app.ports.store.work('rest', (unit) => unit.rules.insert(rows.slice(at, at + 500)))
  }
  house.app.ports.bus.publish('known', sample.company_id)
}

const check = async (admin: Actor) =>
  (
    (await admin.call('GET', '/api/admin/self-check')).body.promises as {
      id: string
      verdict: string
      detail: string
    }[]
  ).find(({ id }) => id === 'rules')

void test('patterns that do not compile together affect only their own company: customers of all others are stored, queued and answered', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  house.announce({ promises: ['rules'] })
  const { boss, appid } = await openNeighbour(house)
  await boss.call('PATCH', '/api/settings', { queueMinutes: 5 })
  await boss.call('POST', '/api/rules', {
    name: 'hello',
    match: { kind: 'exact', keywords: ['hello'] },
    action: { kind: 'text', text: 'hello from B' },
  })
  const theirs = await follower(house, appid)
  await theirs.says('等一下')
  await storePatterns(
    house,
    Array.from({ length: 8000 }, (_, n) => `.{1,200}x${n}`),
  )
  const mine = await follower(house)
  const [said, hello] = await Promise.all([
    mine.says('有人吗'),
    (await follower(house, appid)).says('hello'),
  ])
  assert.equal(said.status, 200)
  assert.equal((await sessionOf(house, mine)).stateCode, 3, 'it waits for a person')
  assert.equal(hello.shown[0]?.text, 'hello from B')

  await house.app.advanceTo(6 * minuteMs)
  await eventually(async () => {
    assert.equal((await sessionOf(house, theirs, await signIn(house.url, 'boss-b'))).stateCode, -3)
  }, 'movedClock')
  const told = await check(await signIn(house.url, 'admin'))
  assert.equal(told?.verdict, 'violated')
  assert.match(told.detail, /pattern \d+.*too many or too large together/)
  assert.equal((await check(await signIn(house.url, 'boss-b')))?.verdict, 'ok')
})

void test("a pattern that exceeds the limit together with the company's others is refused when saved, naming the rule and what to do", async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const rule = (n: number, pattern: string) => ({
    name: `rule ${n}`,
    match: { kind: 'regex', pattern },
    action: { kind: 'text', text: 'x' },
  })
  const bring = (rules: object[]) => house.admin.call('POST', '/api/rules/import', { rules })
  const many = await bring(Array.from({ length: 1001 }, (_, n) => rule(n, `a${n}`)))
  assert.deepEqual([many.status, many.body.error.code], [409, 'limit_reached'])
  assert.match(many.body.error.message, /1000 rules with a pattern.*“rule 1000”/)
  assert.equal(many.body.error.details.field, 'rules.1000.match.pattern')

  assert.equal(
    (await bring(Array.from({ length: 66 }, (_, n) => rule(n, `(?:ab?){300}${n % 10}`)))).status,
    200,
  )
  const large = await house.admin.call('POST', '/api/rules', rule(99, '(?:ab?){300}'))
  assert.deepEqual([large.status, large.body.error.code], [409, 'limit_reached'])
  assert.match(large.body.error.message, /at most 60000.*“rule 99” takes \d+/)
  assert.equal((await house.admin.call('POST', '/api/rules', rule(99, '退.*款'))).status, 201)
  const bad = await bring([rule(1, '退'), rule(2, '(?<=退)款')])
  assert.deepEqual([bad.status, bad.body.error.details.field], [400, 'rules.1.match.pattern'])
  assert.equal((await check(house.admin))?.verdict, 'ok', 'what was taken answers')
})

void test('an import or a replay that turns a rule with a pattern into one with keywords makes room for another pattern', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const rule = (name: string, match: object) => ({
    name,
    match,
    action: { kind: 'text', text: 'x' },
  })
  const bring = (rules: object[]) => house.admin.call('POST', '/api/rules/import', { rules })
  const full = Array.from({ length: 1000 }, (_, n) =>
    rule(`rule ${n}`, { kind: 'regex', pattern: `a${n}` }),
  )
  assert.equal((await bring(full)).status, 200)
  const { id } = (await house.admin.call('GET', '/api/rules?limit=1')).body.items[0]
  const rules = [
    { ...rule('words', { kind: 'contains', keywords: ['退款'] }), id },
    rule('new', { kind: 'regex', pattern: '退.*款' }),
  ]
  const span = { from: '2026-01-01T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' }
  const replay = await house.admin.call('POST', '/api/rules/replay', { rules, ...span })
  assert.equal(replay.status, 202, JSON.stringify(replay.body))
  const brought = await bring(rules)
  assert.equal(brought.status, 200, JSON.stringify(brought.body))
  const more = await bring([rule('more', { kind: 'regex', pattern: '再来' })])
  assert.deepEqual([more.status, more.body.error?.code], [409, 'limit_reached'])
})

void test('a rule that cannot be read, or whose pattern is invalid, does not affect the other rules', async (t) => {
  const house = await openHouse()
  t.after(() => house.close())
  house.announce({ promises: ['rules'] })
  await storePatterns(house, ['(', '订单\\d{6}'])
  await house.app.ports.store.work('rest', async (unit) => {
    const [row] = await unit.sql.all<MessageRuleRow>(
      "select * from message_rule where pattern = '('",
    )
    unit.rules.insert([
      { ...(row as MessageRuleRow), message_rule_id: 'b'.repeat(32), name: 'torn', keywords: '[' },
    ])
  })
  house.app.ports.bus.publish('known', '')
  const customer = await follower(house)
  assert.equal((await customer.says('订单123456')).shown.length, 1, 'a pattern answers')
  assert.match((await check(house.admin))?.detail ?? '', /“torn” answers nobody.*“pattern 0”/)
  const { dead } = (await house.admin.call('GET', '/api/rules/conflicts')).body
  assert.deepEqual(
    dead.map((one: { why: string; rule: { name: string } }) => [one.rule.name, one.why]).sort(),
    [
      ['pattern 0', 'unusable'],
      ['torn', 'unusable'],
    ],
  )
  const tried = await house.admin.call('POST', '/api/rules/test', { text: '订单123456' })
  assert.equal(tried.body.matched.name, 'pattern 1')
  assert.equal(
    tried.body.considered.find((one: { name: string }) => one.name === 'pattern 0').why,
    'unusable',
  )
})

void test('a job that fails for one company still runs for the companies after it', async (t) => {
  let fails = ''
  const wrap = (ports: Ports): Ports => ({
    ...ports,
    known: {
      ...ports.known,
      company: async (id) => {
        if (id === fails) throw new Error('nothing is known of it')
        return ports.known.company(id)
      },
    },
  })
  const house = await openHouse({ withoutCron: true, wrap })
  t.after(() => house.close())
  house.announce({ logs: ['a job failed for a company; it goes on with the next'] })
  const { boss, appid } = await openNeighbour(house)
  await boss.call('PATCH', '/api/settings', { queueMinutes: 5 })
  const theirs = await follower(house, appid)
  await theirs.says('等一下')
  const [first, second] = await house.app.ports.store.read.companies.list()
  assert.equal(second?.company_name, 'B', 'it stands behind')
  fails = first?.company_id ?? ''
  await house.app.advanceTo(6 * minuteMs)
  const job = jobs.find(({ name }) => name === 'queue-timeout')
  assert.ok(job)
  const result = await runSlot(house.app.ports, job, 'now')
  assert.match(JSON.stringify(result), /nothing is known of it/)
  assert.equal((await sessionOf(house, theirs, await signIn(house.url, 'boss-b'))).stateCode, -3)
})

void test('trying a text against 900 rules that are switched off compiles them only once, however often it is tried', async (t) => {
  const house = await openHouse({ rules: false })
  t.after(() => house.close())
  const rules = Array.from({ length: 900 }, (_, n) => ({
    name: `off ${n}`,
    enabled: false,
    match: { kind: 'regex', pattern: `\\p{L}{1,20}${n}号` },
    action: { kind: 'text', text: 'x' },
  }))
  assert.equal((await house.admin.call('POST', '/api/rules/import', { rules })).status, 200)
  const ask = async () => {
    const began = performance.now()
    const answer = await house.admin.call('POST', '/api/rules/test', { text: '订单7号' })
    assert.equal(answer.body.considered[0].why, 'disabled')
    return performance.now() - began
  }
  const first = await ask()
  const again = await Promise.all(Array.from({ length: 10 }, ask))
  assert.ok(
    Math.max(...again) < 3 * first,
    `ten at once took ${Math.max(...again)} ms, the first ${first} ms`,
  )
})
