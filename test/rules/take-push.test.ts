// Tests the decision about a push without a database: facts go in, effects come out.
import assert from 'node:assert/strict'
import test from 'node:test'
import type { SessionRow } from '../../entities/index.ts'
import { newCustomer, newSession } from '../../src/actions/lines/new-rows.ts'
import { batchSession, factsOf, type BatchFacts } from '../../src/actions/push/decide/facts.ts'
import type { NewPush } from '../../src/actions/push/decide/push.ts'
import { takePush } from '../../src/actions/push/decide/take-push.ts'
import { takePushes } from '../../src/actions/push/decide/take-pushes.ts'
import { sessionsIn } from '../../src/actions/push/write-effects.ts'
import { newId } from '../../src/ids.ts'
import type { Deed, KnownAccount, KnownCompany } from '../../src/ports.ts'
import type { Found } from '../../rules/auto-reply/keyword.ts'
import { compileRules } from '../../rules/auto-reply/keyword.ts'
import { satisfactionMenu } from '../../rules/session/satisfaction.ts'
import { active, closed, waiting } from '../../rules/session/states.ts'
import { defaultSettings, type Settings } from '../../rules/settings.ts'

const at = 1_800_000_000_000
const account = {
  company_id: 'company',
  account_id: 'account',
  appid: 'wx1',
  name: 'Account',
  type: 1,
} as KnownAccount
const staff = [7, 8].map((uid) => ({
  uid,
  enabled: true,
  isAgent: true,
  accountIds: ['account'],
  groupIds: [],
  deputyUids: [],
}))

function companyOf(settings: Partial<Settings>): KnownCompany {
  const matcher = compileRules([])
  return {
    settings: { ...defaultSettings, ...settings },
    staff,
    matcher,
    newestRules: Promise.resolve(matcher),
    open: true,
  } as unknown as KnownCompany
}

const pushOf = (customerKey: string, deed: Deed, settings: Partial<Settings> = {}): NewPush => ({
  ...{ account, company: companyOf(settings), customerKey, deed },
  ...{ id: newId(), dedupKey: newId(), xml: '' },
})

const customerOf = (openid: string) => newCustomer(account, { id: `id-${openid}`, openid, at })

type Known = { open?: Partial<SessionRow>; graded?: Partial<SessionRow>; found?: Found | undefined }

function batchOf(pushes: NewPush[], { open, graded, found }: Known = {}): BatchFacts {
  const keys = [...new Set(pushes.map(({ customerKey }) => customerKey))]
  return {
    ...{
      at,
      ids: newId,
      busy: new Set(),
      waitedIn: new Set(),
      places: new Map(),
      opened: new Map(),
    },
    receptions: { byScene: new Map(), byId: new Map() },
    people: new Map(
      staff.map((one) => [
        one.uid,
        { ...one, online: true, load: 0, capacity: 5, turn: one.uid, turnRead: one.uid },
      ]),
    ),
    found: new Map(found ? pushes.map((push) => [push, found] as const) : []),
    asked: new Map(
      graded
        ? [[askedId, { ...newSession(customerOf(keys[0] ?? ''), { id: askedId, at }), ...graded }]]
        : [],
    ),
    customers: new Map(
      keys.map((key) => {
        const customer = customerOf(key)
        const row = { ...newSession(customer, { id: `00-${key}`, at }), ...open }
        const visit = { ...customer, n: 0 }
        return [`account ${key}`, { customer, visit, open: open ? batchSession(row) : null }]
      }),
    ),
  }
}

const askedId = 'a'.repeat(32)

function frozen<T>(value: T): T {
  if (value instanceof Map) for (const one of value.values()) frozen(one)
  else if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const one of Object.values(value)) frozen(one)
  }
  return value
}

const text = (said: string): Deed => ({ kind: 'text', text: said })
const event = (name: string): Deed => ({ kind: 'event', name, key: '', known: true })
const rule = (named: Found['rule']['named']): Found => ({
  rule: { ...compiledRule, named },
  match: null,
})
const compiledRule = {
  id: 'rule',
  kind: 'exact',
  answers: [
    { type: 'text', text: '您好' },
    { type: 'text', text: '还有' },
  ],
} as unknown as Found['rule']

const grade = satisfactionMenu('?', askedId).items[0]?.id ?? ''
const queuedIn = { state: 3, lane: 'account:account', rank: 5, queued_at: at }

const cases: { means: string; deed: Deed; settings?: Partial<Settings>; known?: Known }[] = [
  { means: 'a text that opens a session', deed: text('?') },
  {
    means: 'a text in an open session',
    deed: text('?'),
    known: { open: { state: active, uid: 7 } },
  },
  { means: 'a text that a rule answers twice', deed: text('?'), known: { found: rule(null) } },
  {
    means: 'a text that a rule sends on to another lane',
    deed: text('?'),
    known: { open: queuedIn, found: rule({ kind: 'user', uid: 8 }) },
  },
  {
    means: 'a text after which nobody is needed',
    deed: text('?'),
    settings: { queueWhen: 'unanswered' },
    known: { found: rule(null) },
  },
  {
    means: 'a text that moves its session in the queue',
    deed: text('?'),
    settings: { windowFirst: true },
    known: { open: queuedIn },
  },
  {
    means: 'a text that is given to an agent in turn',
    deed: text('?'),
    settings: { sessionRule: 'roundRobin' },
  },
  {
    means: 'a tap that grades a session',
    deed: { kind: 'text', text: '满意', tapped: grade },
    known: { graded: { state: closed, open_key: null, unread: 2 } },
  },
  { means: 'a follow', deed: event('subscribe'), known: { found: rule(null) } },
  {
    means: 'a leave that ends the session',
    deed: event('unsubscribe'),
    settings: { closeOnUnsubscribe: true },
    known: { open: { state: waiting, uid: 7 } },
  },
]

for (const { means, deed, settings, known } of cases) {
  void test(`${means} is decided without changing the facts`, () => {
    const push = pushOf('o1', deed, settings)
    const facts = factsOf(batchOf([push], known), push)
    const before = structuredClone({ ...facts, ids: null })
    const effects = takePush(frozen(facts), push)
    assert.ok(effects.messages.length + effects.events.length + effects.outbox.length > 0)
    assert.deepEqual(structuredClone({ ...facts, ids: null }), before)
  })
}

void test('of three texts of one customer in the same batch, the second and third go into the session that the first opened', () => {
  const pushes = ['一', '二', '三'].map((said) => pushOf('o1', text(said)))
  const effects = takePushes(batchOf(pushes), pushes)
  const sessions = sessionsIn(effects)
  assert.deepEqual(
    sessions.map(({ isNew, row }) => [isNew, row.seq, row.unread]),
    [[true, 3, 3]],
  )
  assert.deepEqual(
    effects.flatMap(({ messages }) => messages.map(({ seq, text: said }) => [seq, said])),
    [
      [1, '一'],
      [2, '二'],
      [3, '三'],
    ],
  )
})

void test('customers who come in the same batch are assigned to agents in turn, although nothing has been written yet', () => {
  const pushes = ['o1', 'o2', 'o3'].map((key) =>
    pushOf(key, text('?'), { sessionRule: 'roundRobin' }),
  )
  const effects = takePushes(batchOf(pushes), pushes)
  assert.deepEqual(
    effects.flatMap(({ given }) => given),
    [7, 8, 7],
  )
})

void test('a customer who leaves and writes again within one batch gets their old session closed and a new one opened', () => {
  const pushes = [event('unsubscribe'), text('又来')].map((deed) =>
    pushOf('o1', deed, { closeOnUnsubscribe: true }),
  )
  const sessions = sessionsIn(
    takePushes(batchOf(pushes, { open: { state: active, uid: 7 } }), pushes),
  )
  assert.deepEqual(
    sessions.map(({ isNew, step, row }) => [isNew, step, row.state]),
    [
      [false, 'ended', closed],
      [true, null, 3],
    ],
  )
})
