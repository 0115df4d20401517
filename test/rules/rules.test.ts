import assert from 'node:assert/strict'
import test from 'node:test'
import type { MessageRuleRow } from '../../entities/index.ts'
import { compileRules } from '../../rules/keyword.ts'
import { mayReply, widenWindow } from '../../rules/reply-window.ts'
import { lanesOf } from '../../rules/routing.ts'
import { mayWrite } from '../../rules/session.ts'

const rule = (id: string, more: Partial<MessageRuleRow> & { words?: string[] }): MessageRuleRow => {
  const { words = [], ...row } = more
  return { message_rule_id: id, company_id: 'c', account_id: null, name: id, enabled: 1, priority: 0, match_kind: 'contains',
    keywords: JSON.stringify(words), pattern: null, action: JSON.stringify({ kind: 'text', text: id }), schedule: null, add_time: 0, update_time: 0, ...row }
}

const decisions: [title: string, rules: MessageRuleRow[], text: string, answer: string | null][] = [
  ['a message that contains the keyword is answered', [rule('r', { words: ['退款'] })], '我要退款！', 'r'],
  ['the keyword need not contain the message', [rule('r', { words: ['我要退款'] })], '退款', null],
  ['exact beats contains, whatever the priority', [rule('c', { words: ['退款'], priority: 9 }), rule('e', { match_kind: 'exact', words: ['退款'] })], '退款', 'e'],
  ['the higher priority wins', [rule('low', { words: ['退款'] }), rule('high', { words: ['退'], priority: 1 })], '退款', 'high'],
  ['then the longest keyword', [rule('short', { words: ['退'] }), rule('long', { words: ['退款'] })], '退款', 'long'],
  ['a default rule only where no other does', [rule('d', { match_kind: 'default', priority: 99 }), rule('r', { words: ['退款'] })], '退款', 'r'],
  ['and there it does', [rule('d', { match_kind: 'default' }), rule('r', { words: ['退款'] })], '别的', 'd'],
  ['a follow rule never matches typed text', [rule('f', { match_kind: 'subscribe', words: ['follow_reply'] })], 'follow_reply', null],
  ['width and case do not matter', [rule('r', { words: ['ABC'] })], 'ａｂｃ？', 'r'],
  ['a disabled rule is silent', [rule('r', { words: ['退款'], enabled: 0 })], '退款', null],
  ['a rule of another account is silent', [rule('r', { words: ['退款'], account_id: 'other' })], '退款', null],
  ['percent and underscore are letters like others', [rule('r', { words: ['100%'] })], '100元', null],
]
for (const [title, rules, text, answer] of decisions) {
  void test(title, () => { assert.equal(compileRules(rules).text('mine', text)?.id ?? null, answer) })
}

void test('a message gives five replies in 48 hours, a follow three in a minute; neither lowers what is left', () => {
  const hour = 3600_000
  const none = { window_end: null, budget_left: 0, window_scene: null }
  const followed = widenWindow(none, 'follow', 0)
  assert.deepEqual([followed.budget_left, followed.window_end], [3, 60_000])
  const wrote = widenWindow(followed, 'message', 1000)
  assert.deepEqual([wrote.budget_left, wrote.window_end], [5, 48 * hour + 1000])
  assert.deepEqual(widenWindow(wrote, 'follow', 2000).window_end, 48 * hour + 1000)
  assert.equal(mayReply(wrote, 48 * hour + 1000), 'reply_window_closed')
  assert.equal(mayReply({ ...wrote, budget_left: 0 }, 2000), 'reply_budget_used')
  assert.equal(mayReply(wrote, 2000), null)
})

void test('a write is refused in the order open, fence, yours, accepted', () => {
  const mine = { state: 1, uid: 7, fence: 2 }
  const me = { uid: 7, supervises: false }
  assert.equal(mayWrite({ ...mine, state: -1, uid: 8, fence: 3 }, me, 2), 'session_not_open')
  assert.equal(mayWrite({ ...mine, uid: 8, fence: 3 }, me, 2), 'session_moved')
  assert.equal(mayWrite({ ...mine, uid: 8 }, me, 2), 'not_owner')
  assert.equal(mayWrite({ ...mine, state: 0 }, me, 2), 'session_not_accepted')
  assert.equal(mayWrite(mine, me, undefined), null)
  assert.equal(mayWrite({ ...mine, uid: 8 }, { ...me, supervises: true }, 2), null, 'a supervisor interjects')
})

void test('an agent\'s own lane comes first, the common one last', () => {
  assert.deepEqual(lanesOf({ uid: 7, groupIds: [1], accountIds: ['a'], deputyOf: [9] }), ['user:7', 'user:9', 'group:1', 'account:a', 'all'])
})
