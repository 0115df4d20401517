import assert from 'node:assert/strict'
import test from 'node:test'
import type { MessageRuleRow } from '../../entities/index.ts'
import { compileRules } from '../../rules/auto-reply/keyword.ts'
import { namedByKey } from '../../rules/session/reception.ts'
import {
  believeRefusal,
  giveBack,
  mayReply,
  openBriefly,
  standing,
  takeReply,
  widenWindow,
  type Window,
} from '../../rules/reply/reply-window.ts'
import { judgeFile, sniff } from '../../rules/reply/media.ts'
import { lanesOf, readLane, whyNotFrom } from '../../rules/session/lane.ts'
import { mayWrite } from '../../rules/session/session.ts'

const rule = (id: string, more: Partial<MessageRuleRow> & { words?: string[] }): MessageRuleRow => {
  const { words = [], ...row } = more
  return {
    message_rule_id: id,
    company_id: 'c',
    account_id: null,
    name: id,
    enabled: 1,
    priority: 0,
    match_kind: 'contains',
    keywords: JSON.stringify(words),
    pattern: null,
    action: JSON.stringify({ kind: 'text', text: id }),
    schedule: null,
    add_time: 0,
    update_time: 0,
    ...row,
  }
}

const decisions: [title: string, rules: MessageRuleRow[], text: string, answer: string | null][] = [
  [
    'a rule answers a message that contains its keyword',
    [rule('r', { words: ['退款'] })],
    '我要退款！',
    'r',
  ],
  [
    'a rule does not answer a message that is only a part of its keyword',
    [rule('r', { words: ['我要退款'] })],
    '退款',
    null,
  ],
  [
    'a rule for the whole message wins over a rule for a part of it, whatever their priorities',
    [
      rule('c', { words: ['退款'], priority: 9 }),
      rule('e', { match_kind: 'exact', words: ['退款'] }),
    ],
    '退款',
    'e',
  ],
  [
    'of two rules that match a message, the one with the higher priority answers',
    [rule('low', { words: ['退款'] }), rule('high', { words: ['退'], priority: 1 })],
    '退款',
    'high',
  ],
  [
    'of two matching rules with the same priority, the one with the longer keyword answers',
    [rule('short', { words: ['退'] }), rule('long', { words: ['退款'] })],
    '退款',
    'long',
  ],
  [
    'the default rule does not answer a message that another rule answers, whatever its priority',
    [rule('d', { match_kind: 'default', priority: 99 }), rule('r', { words: ['退款'] })],
    '退款',
    'r',
  ],
  [
    'the default rule answers a message that no other rule answers',
    [rule('d', { match_kind: 'default' }), rule('r', { words: ['退款'] })],
    '别的',
    'd',
  ],
  [
    'a follow rule never matches typed text',
    [rule('f', { match_kind: 'subscribe', words: ['follow_reply'] })],
    'follow_reply',
    null,
  ],
  [
    'a keyword matches in upper and lower case, and in full and half width',
    [rule('r', { words: ['ABC'] })],
    'ａｂｃ？',
    'r',
  ],
  [
    'a rule that is switched off does not answer',
    [rule('r', { words: ['退款'], enabled: 0 })],
    '退款',
    null,
  ],
  [
    'a rule of one account does not answer messages to another account',
    [rule('r', { words: ['退款'], account_id: 'other' })],
    '退款',
    null,
  ],
  ['a percent sign in a keyword is no wildcard', [rule('r', { words: ['100%'] })], '100元', null],
]
for (const [title, rules, text, answer] of decisions) {
  void test(title, () => {
    assert.equal(
      compileRules(rules).text(text, { accountId: 'mine', now: 0 })?.rule.id ?? null,
      answer,
    )
  })
}

const hour = 3600_000
const none: Window = {
  window_end: null,
  budget_left: 0,
  window_scene: null,
  brief_end: null,
  brief_left: 0,
  brief_scene: null,
}
const left = (window: Window, now: number) => [
  standing(window, now).remaining,
  standing(window, now).endsAt,
  standing(window, now).scene,
]

void test('a message allows five replies in 48 hours, a follow three in a minute; neither lowers what is left', () => {
  const followed = { ...none, ...openBriefly(none, 'follow', 0) }
  assert.deepEqual(left(followed, 1), [3, 60_000, 'follow'])
  assert.equal(mayReply(followed, 60_000), 'reply_window_closed')
  const wrote = { ...followed, ...widenWindow(followed, 1000) }
  assert.deepEqual(left(wrote, 2000), [5, 48 * hour + 1000, 'message'])
  assert.deepEqual(left({ ...wrote, ...openBriefly(wrote, 'menu', 3000) }, 4000), [
    5,
    48 * hour + 1000,
    'message',
  ])
  assert.equal(mayReply(wrote, 48 * hour + 1000), 'reply_window_closed')
  assert.equal(mayReply({ ...wrote, budget_left: 0, brief_left: 0 }, 2000), 'reply_budget_used')
  assert.equal(mayReply(wrote, 2000), null)
})

void test('a tap allows three replies for a minute even when the long window is used up; the two windows never add up', () => {
  let window: Window = { ...none, ...widenWindow(none, 0) }
  for (let n = 0; n < 5; n += 1) window = takeReply(window, 1)
  assert.equal(mayReply(window, 1), 'reply_budget_used')
  window = { ...window, ...openBriefly(window, 'menu', 1000) }
  assert.deepEqual(left(window, 1001), [3, 61_000, 'menu'])
  window = takeReply(window, 1001)
  assert.deepEqual(left(window, 1002), [2, 61_000, 'menu'])
  assert.equal(
    mayReply(window, 61_000),
    'reply_budget_used',
    'the minute is over, and the five are used',
  )
  const both = { ...none, ...widenWindow(none, 0), ...openBriefly(none, 'scan', 0) }
  assert.equal(
    standing(takeReply(takeReply(both, 1), 1), 1).remaining,
    3,
    'five, of which two were taken',
  )
})

void test('replies that did not arrive are given back to the window, but never more than the follower allowed', () => {
  const wrote: Window = { ...none, ...widenWindow(none, 0) }
  assert.equal(giveBack(takeReply(wrote, 1), 1, 2).budget_left, 5)
  assert.equal(giveBack(wrote, 1, 2).budget_left, 5, 'the customer wrote again meanwhile')
  assert.equal(
    giveBack(takeReply(wrote, 1), 1, 49 * hour).budget_left,
    4,
    'a window that has ended stays as it is',
  )
})

void test("WeChat's refusals are believed: after 45047 no reply is left, after 45015 the window is closed; windows opened after the reply was sent stay", () => {
  const wrote: Window = { ...none, ...widenWindow(none, 0) }
  assert.deepEqual(left(believeRefusal(wrote, 45047, { sentAt: 10, now: 20 }) ?? wrote, 20), [
    0,
    48 * hour,
    'message',
  ])
  assert.equal(
    mayReply(believeRefusal(wrote, 45015, { sentAt: 10, now: 20 }) ?? wrote, 20),
    'reply_window_closed',
  )
  const again: Window = { ...wrote, ...widenWindow(wrote, 15) }
  assert.equal(
    standing(believeRefusal(again, 45047, { sentAt: 10, now: 20 }) ?? none, 20).remaining,
    5,
    'the customer wrote after it was sent',
  )
  assert.equal(believeRefusal(wrote, 45002, { sentAt: 10, now: 20 }), null)
})

void test('the last reply to a message can be reserved for callers that ask for it', () => {
  const last: Window = { ...none, ...widenWindow(none, 0), budget_left: 1 }
  assert.equal(mayReply(last, 1, true), 'last_reply_reserved')
  assert.equal(mayReply(last, 1), null)
  assert.equal(
    mayReply({ ...none, ...openBriefly(none, 'menu', 0), brief_left: 1 }, 1, true),
    null,
    'a minute is too short to save for',
  )
})

void test('the key of a menu button can name who receives the customer', () => {
  assert.deepEqual(
    ['kf_other', 'kf_user_7', 'kf_group_12', 'kf_user_', 'kf_user_7x', 'other'].map(namedByKey),
    [{ kind: 'other' }, { kind: 'user', uid: 7 }, { kind: 'group', groupId: 12 }, null, null, null],
  )
})

void test('a write to a session is checked in a fixed order: is it open, is the fence the newest, does it belong to the caller, was it accepted', () => {
  const mine = { state: 1, uid: 7, fence: 2 }
  const me = { uid: 7, supervises: false }
  assert.equal(mayWrite({ ...mine, state: -1, uid: 8, fence: 3 }, me, 2), 'session_not_open')
  assert.equal(mayWrite({ ...mine, uid: 8, fence: 3 }, me, 2), 'session_moved')
  assert.equal(mayWrite({ ...mine, uid: 8 }, me, 2), 'not_owner')
  assert.equal(mayWrite({ ...mine, state: 3, uid: null }, me, 2), 'not_owner')
  assert.equal(mayWrite({ ...mine, state: 0 }, me, 2), 'session_not_accepted')
  assert.equal(mayWrite(mine, me, undefined), null)
  assert.equal(
    mayWrite({ ...mine, uid: 8 }, { ...me, supervises: true }, 2),
    null,
    'a supervisor interjects',
  )
  assert.equal(
    mayWrite({ ...mine, state: 3, uid: null }, { ...me, supervises: true }, 2),
    null,
    'also while it is queued',
  )
})

void test('among the lanes of an agent their private lane comes first and the common one last', () => {
  assert.deepEqual(lanesOf({ uid: 7, groupIds: [1, 2], accountIds: ['a', 'b'], deputyOf: [9] }), [
    'user:7',
    'user:9',
    'group:1:a',
    'group:1:b',
    'group:2:a',
    'group:2:b',
    'account:a',
    'account:b',
  ])
})

void test('the name of a lane can be parsed into what it was made from, and any other name is not a lane', () => {
  const serving = { uid: 7, groupIds: [1], accountIds: ['a'], deputyOf: [9] }
  for (const name of lanesOf(serving)) {
    assert.equal(whyNotFrom(readLane(name), 'a', serving), null, name)
  }
  for (const [name, why] of [
    ['user:8', 'reserved'],
    ['group:2:a', 'not_your_lane'],
    ['group:1:b', 'agent_not_on_account'],
    ['account:b', 'agent_not_on_account'],
  ] as const) {
    assert.equal(whyNotFrom(readLane(name), name.slice(-1), serving), why, name)
  }
  assert.equal(
    whyNotFrom(readLane('user:9'), 'b', serving),
    'agent_not_on_account',
    'a deputy does not serve what is not theirs',
  )
  for (const name of [null, '', 'all', 'group:1', 'group:1:', 'account:a:b', 'user:1:a', 'x:1']) {
    assert.equal(readLane(name), null, String(name))
  }
})

const begin = (...parts: (string | number[])[]) =>
  new Uint8Array(Buffer.concat(parts.map((part) => Buffer.from(part as string))))
const png = (width: number, height: number) => {
  const head = Buffer.alloc(64)
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]).copy(head)
  head.writeUInt32BE(width, 16)
  head.writeUInt32BE(height, 20)
  return new Uint8Array(head)
}

void test('the type of a file is recognised by its first bytes', () => {
  const files: [Uint8Array, string | null][] = [
    [begin([0xff, 0xd8, 0xff, 0xe0]), 'image/jpeg'],
    [png(1, 1), 'image/png'],
    [begin('GIF89a'), 'image/gif'],
    [begin('RIFF....WEBP'), 'image/webp'],
    [begin('#!AMR\n<'), 'audio/amr'],
    [begin('#!AMR-WB\n'), 'audio/amr-wb'],
    [begin('ID3'), 'audio/mpeg'],
    [begin([0xff, 0xfb, 0x90]), 'audio/mpeg'],
    [begin([0, 0, 0, 24], 'ftypisom'), 'video/mp4'],
    [begin('%PDF-1.7'), 'application/pdf'],
    [begin([0x50, 0x4b, 3, 4]), 'application/zip'],
    [begin('<html>'), null],
    [begin('{"errcode":40007}'), null],
    [begin('MZ'), null],
  ]
  for (const [head, mime] of files) assert.equal(sniff(head)?.mime ?? null, mime)
})

void test('text is never accepted as a picture, a picture of huge dimensions is refused by its header, and a large file by the limit of its type', () => {
  const json = begin('{"errcode":40007,"errmsg":"invalid media_id"}')
  assert.equal(judgeFile({ head: json, size: json.length }, false), 'wrong_type')
  assert.equal(
    judgeFile({ head: begin('<html><body>502</body></html>'), size: 30 }, false),
    'wrong_type',
  )
  assert.equal(judgeFile({ head: begin([1, 0, 2]), size: 3 }, true), 'wrong_type')
  assert.deepEqual(
    judgeFile({ head: begin([1, 0, 2]), size: 3 }, false),
    { mime: 'application/octet-stream', kind: 'file' },
    "a follower's is kept, and shown as nothing",
  )
  assert.equal(judgeFile({ head: png(30_000, 30_000), size: 100 }, true), 'too_large')
  assert.deepEqual(judgeFile({ head: png(300, 300), size: 100 }, true), {
    mime: 'image/png',
    kind: 'image',
  })
  assert.equal(judgeFile({ head: begin('#!AMR\n'), size: 2 * 1024 * 1024 + 1 }, true), 'too_large')
})
