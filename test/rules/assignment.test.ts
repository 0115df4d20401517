import assert from 'node:assert/strict'
import test from 'node:test'
import {
  assign,
  given,
  whoMatters,
  type Unassigned,
  type StaffNow,
} from '../../rules/session/assignment.ts'

const person = (uid: number, more: Partial<StaffNow> = {}): StaffNow => ({
  uid,
  enabled: true,
  isAgent: true,
  accountIds: ['a'],
  groupIds: [],
  deputyUids: [],
  online: true,
  load: 0,
  capacity: 5,
  turn: 0,
  ...more,
})
const nobodyWaits = () => false

function decide(
  people: StaffNow[],
  more: Partial<Unassigned> & {
    sessionRule?: 'grab' | 'even' | 'roundRobin'
    waits?: (lane: string) => boolean
  } = {},
) {
  const { sessionRule = 'even', waits = nobodyWaits, ...asked } = more
  return assign(
    {
      accountId: 'a',
      exclusive: -1,
      named: { kind: 'other' as const },
      rule: () => sessionRule,
      staff: people,
      ...asked,
    },
    { people: new Map(people.map((one) => [one.uid, one])), othersWait: waits },
  )
}
const short = ({ uid, lane, reason }: ReturnType<typeof decide>) => [uid ?? lane, reason]
const whys = (decision: ReturnType<typeof decide>) =>
  Object.fromEntries(decision.candidates.map((one) => [one.uid ?? 'all', one.why]))

const cases: [
  title: string,
  decision: () => ReturnType<typeof decide>,
  expected: [number | string, string],
][] = [
  [
    'the exclusive agent gets the customer before anybody with less to do',
    () => decide([person(1, { load: 4 }), person(2)], { exclusive: 1 }),
    [1, 'exclusive_agent'],
  ],
  [
    'also where customers are grabbed',
    () => decide([person(1)], { exclusive: 1, sessionRule: 'grab' }),
    [1, 'exclusive_agent'],
  ],
  [
    'while the agent is away the customer waits in the private lane',
    () => decide([person(1, { online: false }), person(2)], { exclusive: 1 }),
    ['user:1', 'exclusive_agent_away'],
  ],
  [
    'full, too',
    () => decide([person(1, { load: 5 }), person(2)], { exclusive: 1 }),
    ['user:1', 'exclusive_agent_full'],
  ],
  [
    'while the agent is away their deputy gets the customer',
    () =>
      decide([person(1, { online: false, deputyUids: [3] }), person(2), person(3)], {
        exclusive: 1,
      }),
    [3, 'deputy'],
  ],
  [
    'a deputy is not given what they could grab',
    () =>
      decide([person(1, { online: false, deputyUids: [3] }), person(3)], {
        exclusive: 1,
        sessionRule: 'grab',
      }),
    ['user:1', 'exclusive_agent_away'],
  ],
  [
    'everyone may have the customers of a disabled agent without a deputy',
    () => decide([person(1, { enabled: false }), person(2)], { exclusive: 1 }),
    [2, 'even'],
  ],
  [
    'also where a disabled agent has a deputy',
    () =>
      decide([person(1, { enabled: false, deputyUids: [2] }), person(2, { load: 4 }), person(3)], {
        exclusive: 1,
      }),
    [3, 'even'],
  ],
  [
    'an agent who does not serve the account is not waited for',
    () => decide([person(1, { accountIds: ['b'] }), person(2)], { exclusive: 1 }),
    [2, 'even'],
  ],
  [
    'whoever is named gets the customer',
    () => decide([person(1), person(2, { load: 3 })], { named: { kind: 'user', uid: 2 } }),
    [2, 'named_agent'],
  ],
  [
    'the customer waits for a named person who is away',
    () => decide([person(1), person(2, { online: false })], { named: { kind: 'user', uid: 2 } }),
    ['user:2', 'named_agent_away'],
  ],
  [
    'a name that nobody has is as none',
    () => decide([person(1)], { named: { kind: 'user', uid: 99 } }),
    [1, 'even'],
  ],
  [
    'of a named group the least loaded',
    () =>
      decide(
        [person(1), person(2, { groupIds: [7], load: 2 }), person(3, { groupIds: [7], load: 1 })],
        { named: { kind: 'group', groupId: 7 } },
      ),
    [3, 'even'],
  ],
  [
    'a named group that is full is waited for',
    () =>
      decide([person(1), person(2, { groupIds: [7], load: 5 })], {
        named: { kind: 'group', groupId: 7 },
      }),
    ['group:7:a', 'nobody_free'],
  ],
  [
    'a group that is not there is as none',
    () => decide([person(1)], { named: { kind: 'group', groupId: 8 } }),
    [1, 'even'],
  ],
  [
    'a group that grabs has its lane',
    () =>
      decide([person(2, { groupIds: [7] })], {
        named: { kind: 'group', groupId: 7 },
        sessionRule: 'grab',
      }),
    ['group:7:a', 'named_group'],
  ],
  [
    'the exclusive agent goes before whoever is named',
    () => decide([person(1), person(2)], { exclusive: 1, named: { kind: 'user', uid: 2 } }),
    [1, 'exclusive_agent'],
  ],
  [
    'grabbed, nobody is chosen',
    () => decide([person(1)], { sessionRule: 'grab' }),
    ['account:a', 'nobody_named'],
  ],
  [
    'of equally loaded ones whoever has been idle the longest',
    () => decide([person(1, { turn: 5 }), person(2, { turn: 4 })]),
    [2, 'even'],
  ],
  [
    'round robin does not look at loads',
    () =>
      decide([person(1, { turn: 5 }), person(2, { turn: 4, load: 3 })], {
        sessionRule: 'roundRobin',
      }),
    [2, 'round_robin'],
  ],
  [
    'nobody overtakes who waits',
    () => decide([person(1)], { waits: (lane) => lane === 'account:a' }),
    ['account:a', 'others_wait'],
  ],
  [
    'a supervisor is given none by the rule',
    () => decide([person(1, { isAgent: false })]),
    ['account:a', 'nobody_free'],
  ],
  [
    'a customer who has left the private lane goes to their own agent if that agent is back',
    () => decide([person(1, { load: 2 }), person(2)], { exclusive: 1, movedOn: true }),
    [1, 'exclusive_agent'],
  ],
  [
    'and else to whoever is next',
    () => decide([person(1, { online: false }), person(2)], { exclusive: 1, movedOn: true }),
    [2, 'even'],
  ],
  [
    'from whom it was taken back does not get it again',
    () => decide([person(1), person(2, { load: 4 })], { except: 1 }),
    [2, 'even'],
  ],
]
for (const [title, decision, expected] of cases) {
  void test(title, () => {
    assert.deepEqual(short(decision()), expected)
  })
}

void test('an assignment lists everyone who was considered, with the reason for or against them', () => {
  assert.deepEqual(
    whys(
      decide([
        person(1, { online: false }),
        person(2, { load: 5 }),
        person(3, { load: 1 }),
        person(4),
      ]),
    ),
    { 1: 'offline', 2: 'full', 3: 'busier', 4: 'chosen' },
  )
  assert.deepEqual(
    whys(
      decide([person(1, { online: false, deputyUids: [2] }), person(2, { load: 5 })], {
        exclusive: 1,
      }),
    ),
    { 1: 'offline', 2: 'full', all: 'not_exclusive' },
  )
  assert.deepEqual(whys(decide([person(1), person(2)], { sessionRule: 'roundRobin' })), {
    1: 'chosen',
    2: 'not_his_turn',
  })
  const many = decide(Array.from({ length: 200 }, (_, n) => person(n + 1, { online: n === 150 })))
  assert.ok(JSON.stringify(many.candidates).length < 2000)
  assert.equal(many.candidates[0]?.why, 'chosen')
  assert.equal(
    many.candidates.reduce((sum, { count = 1 }) => sum + count, 0),
    200,
  )
})

void test('no facts about people are needed where agents grab customers and no customer has an exclusive agent', () => {
  const asked = {
    accountId: 'a',
    exclusive: -1,
    named: { kind: 'other' as const },
    rule: () => 'grab' as const,
    staff: [person(1), person(2)],
  }
  assert.deepEqual(whoMatters(asked), [])
  assert.deepEqual(whoMatters({ ...asked, exclusive: 2 }), [2])
  assert.deepEqual(whoMatters({ ...asked, rule: () => 'even' as const }), [1, 2])
})

for (const sessionRule of ['even', 'roundRobin'] as const) {
  void test(`2,000 customers given to 20 agents by ${sessionRule} are spread so that no agent has more than one more than another`, () => {
    const people = Array.from({ length: 20 }, (_, n) => person(n + 1, { capacity: 200 }))
    for (let at = 0; at < 2000; at += 1) {
      const { uid } = decide(people, { sessionRule })
      const chosen = people.find((one) => one.uid === uid)
      assert.ok(chosen)
      given(chosen, people, 1)
    }
    assert.deepEqual([...new Set(people.map(({ load }) => load))], [100])
  })
}
