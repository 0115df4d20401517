// Compares the compiled matcher with a simple implementation of the same rules.
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import type { MessageRuleRow } from '../../entities/index.ts'
import { compileRules, compiling, type Matcher } from '../../rules/auto-reply/keyword.ts'
import { traditionalAndSimplified } from '../../rules/auto-reply/traditional.ts'
import { cpuMs } from '../support/cpu.ts'
import { times } from '../support/full.ts'

type Given = Partial<Omit<MessageRuleRow, 'keywords' | 'schedule'>> & {
  words?: string[]
  schedule?: object | null
}
const row = (id: string, { words = [], schedule = null, ...more }: Given): MessageRuleRow => ({
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
  schedule: schedule && JSON.stringify(schedule),
  add_time: 0,
  update_time: 0,
  ...more,
})
const winner = (rules: MessageRuleRow[], text: string, moment = { accountId: 'mine', now: 0 }) =>
  compileRules(rules).text(text, moment)?.rule.id ?? null

// The simple implementation: slow, without tables and automata, and easy to verify by reading.
const simplified = new Map(
  Array.from({ length: traditionalAndSimplified.length / 2 }, (_, at) => [
    traditionalAndSimplified[at * 2],
    traditionalAndSimplified[at * 2 + 1],
  ]),
)
const spaceless = /[\u2e80-\uffff]/
function plainFold(text: string): string {
  const faces = text
    .replaceAll('/::)', '[微笑]')
    .replaceAll('[Doge]', '[旺柴]')
    .replaceAll('/:rose', '[玫瑰]')
  const one = faces
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\u00ad\u200b-\u200d\u2060\ufeff\ufe00-\ufe0f]/g, '')
    .replace(/[\s\u0085]+/g, ' ')
    .trim()
  // spaces are dropped, except between two characters that are written with spaces
  const tight = Array.from(one)
    .filter(
      (char, at, all) =>
        char !== ' ' || !(spaceless.test(all[at - 1]!) || spaceless.test(all[at + 1]!)),
    )
    .join('')
  return Array.from(tight, (char) => simplified.get(char) ?? char).join('')
}

type Answer = { band: number; length: number }
const longest = (words: string[]): Answer[] =>
  words.length === 0 ? [] : [{ band: 1, length: Math.max(...words.map((word) => word.length)) }]
const ways: Record<
  string,
  (text: string, words: string[], given: { pattern: string; typed: string }) => Answer[]
> = {
  exact: (text, words) => (words.includes(text) ? [{ band: 0, length: text.length }] : []),
  contains: (text, words) => longest(words.filter((word) => text.includes(word))),
  any: (text, words) => longest(words.filter((word) => text.includes(word))),
  prefix: (text, words) => longest(words.filter((word) => text.startsWith(word))),
  suffix: (text, words) => longest(words.filter((word) => text.endsWith(word))),
  all: (text, words) =>
    words.length > 0 && words.every((word) => text.includes(word))
      ? [{ band: 1, length: words.join('').length }]
      : [],
  regex: (_text, _words, { pattern, typed }) => {
    const found = new RegExp(pattern, 'u').exec(typed.normalize('NFKC').trim())
    return found ? [{ band: 2, length: found[0].length }] : []
  },
  default: () => [{ band: 3, length: 0 }],
}

function plainWinner(rows: MessageRuleRow[], typed: string): string | null {
  const text = plainFold(typed)
  const answers = rows
    .filter((rule) => rule.enabled === 1 && (rule.account_id ?? 'mine') === 'mine')
    .flatMap((rule, order) => {
      const words = [
        ...new Set(
          (JSON.parse(rule.keywords) as string[]).map(plainFold).filter((word) => word !== ''),
        ),
      ]
      const answer =
        ways[rule.match_kind]?.(text, words, { pattern: rule.pattern ?? '', typed }) ?? []
      return answer.map((one) => ({
        ...one,
        id: rule.message_rule_id,
        priority: rule.priority,
        order,
      }))
    })
  answers.sort(
    (a, b) =>
      a.band - b.band || b.priority - a.priority || b.length - a.length || a.order - b.order,
  )
  return answers[0]?.id ?? null
}

// few different characters, so that many texts match: Chinese in both scripts, both widths, both
// cases, emoji, emoticons, spaces, a combining accent
const pieces = [
  '退',
  '款',
  '物',
  '流',
  '訂',
  '订',
  '單',
  '单',
  'A',
  'a',
  'Ａ',
  'b',
  'B',
  '1',
  '１',
  '😀',
  '👨‍👩‍👧',
  '❤️',
  ' ',
  '　',
  '\t',
  '/::)',
  '[微笑]',
  '[Doge]',
  '/',
  '[',
  'e\u0301',
  'é',
  '。',
  '！',
  '!',
  '\u200b',
  'ß',
  'İ',
  'ﬁ',
  '가',
  '한',
]
const typed = (most: number) =>
  fc.array(fc.constantFrom(...pieces), { maxLength: most }).map((some) => some.join(''))
const ruleRow = fc.record({
  match_kind: fc.constantFrom(
    'exact',
    'contains',
    'prefix',
    'suffix',
    'all',
    'any',
    'regex',
    'default',
    'subscribe',
    'menu',
  ),
  words: fc.array(typed(3), { maxLength: 4 }),
  priority: fc.integer({ min: -1, max: 1 }),
  enabled: fc.constantFrom(1, 1, 1, 0),
  account_id: fc.constantFrom(null, null, 'mine', 'other'),
  pattern: fc.constantFrom('退+', '^[a-c]+$', '款|流', 'A?1', '\\d{2}', '订单?'),
})

void test('the compiled matcher gives the same answers as a simple implementation, on random rules and texts', () => {
  fc.assert(
    fc.property(
      fc.array(ruleRow, { maxLength: 12 }),
      fc.array(typed(12), { minLength: 1, maxLength: 8 }),
      (rules, texts) => {
        const rows = rules
          .map(({ pattern, ...rule }, at) =>
            row(String(at).padStart(2, '0'), {
              ...rule,
              pattern: rule.match_kind === 'regex' ? pattern : null,
            }),
          )
          .sort((a, b) => b.priority - a.priority)
        const matcher = compileRules(rows)
        for (const text of texts) {
          const found = matcher.text(text, { accountId: 'mine', now: 0 })
          assert.equal(found?.rule.id ?? null, plainWinner(rows, text), JSON.stringify(text))
          const all = matcher.all(text, { accountId: 'mine', now: 0 }).found
          assert.equal(
            all[0]?.rule.id ?? null,
            found?.rule.id ?? null,
            'what the lab explains is what answers',
          )
        }
      },
    ),
    { numRuns: times(2_000, 100_000) },
  )
})

void test('texts are normalised exactly as documented, whatever characters they contain', () => {
  const matcher = compileRules([])
  fc.assert(
    fc.property(
      fc.oneof(typed(20), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
      (text) => {
        const folded = matcher.normalise(text)
        assert.equal(folded, plainFold(text), JSON.stringify(text))
      },
    ),
    { numRuns: times(20_000, 1_000_000) },
  )
})

const said: [title: string, rules: MessageRuleRow[], text: string, answer: string | null][] = [
  [
    'a keyword in full width matches a text in half width',
    [row('r', { words: ['ＡＢＣ１２３'] })],
    'abc123吗',
    'r',
  ],
  [
    'a keyword in simplified characters matches a text in traditional ones',
    [row('r', { words: ['订单'] })],
    '我的訂單呢',
    'r',
  ],
  [
    'spaces between Chinese characters of a text do not prevent a match',
    [row('r', { words: ['退款'] })],
    '我要 退　款',
    'r',
  ],
  [
    'a keyword of two English words does not match them written as one word',
    [row('r', { words: ['in voice'] })],
    'invoice',
    null,
  ],
  [
    'an emoticon matches in its old notation and by its Chinese name',
    [row('r', { words: ['[微笑]'] })],
    '谢谢/::)',
    'r',
  ],
  [
    'an emoticon matches by its English and by its Chinese name',
    [row('r', { words: ['/:rose'] })],
    '[玫瑰]',
    'r',
  ],
  [
    'a keyword of the kind prefix does not match at the end of a text',
    [row('r', { match_kind: 'prefix', words: ['查'] })],
    '帮我查',
    null,
  ],
  [
    'a keyword of the kind suffix matches at the end of a text',
    [row('r', { match_kind: 'suffix', words: ['吗'] })],
    '在吗',
    'r',
  ],
  [
    'a rule of the kind all does not answer a text that contains only one of its keywords',
    [row('r', { match_kind: 'all', words: ['退', '钱'] })],
    '退货',
    null,
  ],
  [
    'a rule of the kind all answers a text that contains its keywords in any order',
    [row('r', { match_kind: 'all', words: ['退', '钱'] })],
    '钱能退吗',
    'r',
  ],
  [
    'a rule of the kind any answers a text that contains one of its keywords',
    [row('r', { match_kind: 'any', words: ['退', '钱'] })],
    '退货',
    'r',
  ],
  [
    'a rule with a keyword wins over a rule with a pattern, whatever their priorities',
    [row('p', { match_kind: 'regex', pattern: '退.*', priority: 9 }), row('c', { words: ['退'] })],
    '退货',
    'c',
  ],
  [
    'a rule with a pattern wins over the default rule, whatever their priorities',
    [
      row('d', { match_kind: 'default', priority: 9 }),
      row('p', { match_kind: 'regex', pattern: '订单\\d{6}' }),
    ],
    '订单123456',
    'p',
  ],
  [
    'a pattern for upper case does not match lower case',
    [row('p', { match_kind: 'regex', pattern: '^[A-Z]{2}$' })],
    'ab',
    null,
  ],
  [
    'a menu rule never answers typed text',
    [row('m', { match_kind: 'menu', words: ['1'] })],
    '1',
    null,
  ],
  ['no rule with a keyword answers an empty text', [row('c', { words: ['退'] })], '', null],
]
for (const [title, rules, text, answer] of said) {
  void test(title, () => {
    assert.equal(winner(rules, text), answer)
  })
}

void test('traditional and simplified characters are different where a company wants them to be', () => {
  const rules = [row('r', { words: ['订单'] })]
  assert.equal(compileRules(rules).text('訂單', { accountId: 'mine', now: 0 })?.rule.id, 'r')
  assert.equal(
    compileRules(rules, { traditionalIsSimplified: false }).text('訂單', {
      accountId: 'mine',
      now: 0,
    }),
    null,
  )
})

const matching: [title: string, kind: string, words: string[], text: string, piece: string][] = [
  [
    'for a rule of the kind all it reaches from the first of its keywords to the last',
    'all',
    ['退款', '快递'],
    '我想退款可是快递还没到',
    '退款可是快递',
  ],
  [
    'for a rule of the kind all the order of its keywords does not matter',
    'all',
    ['退款', '快递'],
    '快递还没到，退款吧',
    '快递还没到,退款',
  ],
  [
    'for a rule of the kind all whose keywords overlap it is what they cover',
    'all',
    ['款项', '退款'],
    '查退款项',
    '退款项',
  ],
  [
    'for a rule of the kind all with one keyword inside another it is the longer one',
    'all',
    ['款', '要退款吗'],
    '我要退款吗',
    '要退款吗',
  ],
  ['for a rule of the kind contains it is the keyword', 'contains', ['Ａ退'], '我要a退款', 'a退'],
]
for (const [title, match_kind, words, text, piece] of matching) {
  void test(`the piece of a text by which a rule matched is told: ${title}`, () => {
    const matcher = compileRules([row('r', { match_kind, words })])
    const moment = { accountId: 'mine', now: 0 }
    assert.equal(matcher.text(text, moment)?.match?.keyword, piece, 'in an answer')
    assert.equal(matcher.all(text, moment).found[0]?.match?.keyword, piece, 'in the lab')
  })
}

const at = (iso: string) => ({ accountId: 'mine', now: Date.parse(iso) })
void test('a rule answers only on its days, between its times, in its time zone, and within its period of validity', () => {
  const office = [
    row('r', { words: ['在'], schedule: { days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' } }),
  ]
  assert.equal(winner(office, '在吗', at('2026-01-05T01:00:00Z')), 'r', 'Monday 9:00 in Shanghai')
  assert.equal(winner(office, '在吗', at('2026-01-05T00:59:59Z')), null)
  assert.equal(winner(office, '在吗', at('2026-01-05T10:00:00Z')), null, 'until is not with it')
  assert.equal(winner(office, '在吗', at('2026-01-04T03:00:00Z')), null, 'Sunday')
  const night = [
    row('r', {
      words: ['在'],
      schedule: { days: [5], from: '22:00', to: '06:00', zone: 'Europe/Berlin' },
    }),
  ]
  assert.equal(winner(night, '在吗', at('2026-01-09T21:30:00Z')), 'r', 'Friday 22:30')
  assert.equal(
    winner(night, '在吗', at('2026-01-10T04:59:00Z')),
    'r',
    'the night of Friday goes into Saturday',
  )
  assert.equal(winner(night, '在吗', at('2026-01-10T05:00:00Z')), null)
  assert.equal(
    winner(night, '在吗', at('2026-01-10T21:30:00Z')),
    null,
    'Saturday night is not its night',
  )
  const june = [
    row('r', {
      words: ['在'],
      schedule: {
        validFrom: Date.parse('2026-06-01T00:00:00Z'),
        validUntil: Date.parse('2026-07-01T00:00:00Z'),
      },
    }),
  ]
  assert.deepEqual(
    ['2026-05-31T23:59:59Z', '2026-06-01T00:00:00Z', '2026-07-01T00:00:00Z'].map((iso) =>
      winner(june, '在吗', at(iso)),
    ),
    [null, 'r', null],
  )
})

void test('a follow, a QR code and a menu tap are answered only by rules of that kind, and one that names the key is preferred', () => {
  const rules = [
    row('any-menu', { match_kind: 'menu', priority: 9 }),
    row('menu', { match_kind: 'menu', words: ['HOURS'] }),
    row('scan', { match_kind: 'scan', words: ['desk-1'] }),
    row('follow', { match_kind: 'subscribe' }),
  ]
  const matcher = compileRules(rules)
  const event = (kind: 'menu' | 'scan' | 'subscribe', key: string) =>
    matcher.event(kind, key, { accountId: 'mine', now: 0 })?.rule.id ?? null
  assert.equal(event('menu', 'HOURS'), 'menu')
  assert.equal(event('menu', 'hours'), 'any-menu', 'keys are compared to the letter')
  assert.equal(event('scan', 'desk-1'), 'scan')
  assert.equal(event('scan', 'desk-2'), null)
  assert.equal(event('subscribe', ''), 'follow')
})

const evil = [
  '(a+)+$',
  '(a|aa)+$',
  '(a*)*b',
  '(.*a){12}',
  '(a|b)*a(a|b){12}(c|d)',
  '([a-z]+)*=',
  '(x+x+)+y',
  '^(\\w+\\s?)*$',
]
void test('no pattern written by an admin can block the process: its work is limited by the length of pattern and text together', () => {
  const matcher = compileRules(
    evil.flatMap((pattern, at) =>
      Array.from({ length: 8 }, (_, n) => row(`${at}-${n}`, { match_kind: 'regex', pattern })),
    ),
  )
  for (const text of [
    'a'.repeat(50_000) + '!',
    'ab'.repeat(20_000),
    'x'.repeat(2000),
    'word '.repeat(400),
  ]) {
    let skipped: unknown[] = []
    const took = cpuMs(() => {
      skipped = matcher.all(text, null).skipped
    })
    // a second is ten times what the limit on the work allows even on a slow machine, whereas V8's
    // own engine would practically never finish
    assert.ok(took < 1000, `${text.slice(0, 6)}… took ${took} ms`)
    if (text.length > 10_000) assert.ok(skipped.length > 0, 'what was not tried is told')
  }
})

/** Compiles patterns step by step, and returns the time of each step and the result. */
function compiledInSteps(patterns: string[]): { took: number[]; matcher: Matcher | undefined } {
  const rows = patterns.map((pattern, n) => row(String(n), { match_kind: 'regex', pattern }))
  const steps = compiling(rows)
  const took: number[] = []
  const matchers: Matcher[] = []
  while (matchers.length === 0) {
    const ms = cpuMs(() => {
      const { done, value } = steps.next()
      if (done) matchers.push(value)
    })
    took.push(ms)
  }
  return { took, matcher: matchers[0] }
}

/**
 * Asserts that no step of compiling these patterns takes two fifths of the total time. The best of
 * three rounds counts, because a garbage collection may happen in any step.
 */
function assertSmall(patterns: string[]): void {
  const shares = [1, 2, 3].map(() => {
    const { took } = compiledInSteps(patterns)
    return Math.max(...took) / took.reduce((sum, ms) => sum + ms, 0)
  })
  assert.ok(Math.min(...shares) < 2 / 5, `the longest step of each round took ${shares.join(', ')}`)
}

void test('patterns are compiled in small steps, and those that exceed the limits are reported as left out', () => {
  const large = Array.from({ length: 5000 }, (_, n) => `.{1,200}x${n}`)
  assertSmall(large)
  const unusable = compiledInSteps(large).matcher?.unusable.length ?? 0
  assert.ok(unusable > 4000 && unusable < 5000, `${unusable} are left out`)
  const small = Array.from({ length: 900 }, (_, n) => `订单${n}(号|单){1,9}[0-9]{2,6}`)
  assertSmall(small)
})
