import assert from 'node:assert/strict'
import test from 'node:test'
import { assign } from '../../rules/session/assignment.ts'
import { whoMatters, type Unassigned } from '../../rules/session/pools.ts'
import { countGiven, type StaffNow } from '../../rules/session/staff.ts'

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
    'the exclusive agent gets the customer even where agents grab sessions',
    () => decide([person(1)], { exclusive: 1, sessionRule: 'grab' }),
    [1, 'exclusive_agent'],
  ],
  [
    'while the exclusive agent is away the customer waits in the private lane',
    () => decide([person(1, { online: false }), person(2)], { exclusive: 1 }),
    ['user:1', 'exclusive_agent_away'],
  ],
  [
    'while the exclusive agent is full the customer waits in the private lane',
    () => decide([person(1, { load: 5 }), person(2)], { exclusive: 1 }),
    ['user:1', 'exclusive_agent_full'],
  ],
  [
    'while the exclusive agent is away their deputy gets the customer',
    () =>
      decide([person(1, { online: false, deputyUids: [3] }), person(2), person(3)], {
        exclusive: 1,
      }),
    [3, 'deputy'],
  ],
  [
    'where agents grab sessions, a customer whose agent is away is not assigned to the deputy',
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
    'a customer of a disabled agent goes to the agent with the fewest sessions and not to the deputy',
    () =>
      decide([person(1, { enabled: false, deputyUids: [2] }), person(2, { load: 4 }), person(3)], {
        exclusive: 1,
      }),
    [3, 'even'],
  ],
  [
    'a customer does not wait for an exclusive agent who does not serve the account',
    () => decide([person(1, { accountIds: ['b'] }), person(2)], { exclusive: 1 }),
    [2, 'even'],
  ],
  [
    'a person who is named gets the customer, even with more sessions than others',
    () => decide([person(1), person(2, { load: 3 })], { named: { kind: 'user', uid: 2 } }),
    [2, 'named_agent'],
  ],
  [
    'the customer waits for a named person who is away',
    () => decide([person(1), person(2, { online: false })], { named: { kind: 'user', uid: 2 } }),
    ['user:2', 'named_agent_away'],
  ],
  [
    'naming a person who does not exist is the same as naming nobody',
    () => decide([person(1)], { named: { kind: 'user', uid: 99 } }),
    [1, 'even'],
  ],
  [
    'of a named group, the member with the fewest sessions gets the customer',
    () =>
      decide(
        [person(1), person(2, { groupIds: [7], load: 2 }), person(3, { groupIds: [7], load: 1 })],
        { named: { kind: 'group', groupId: 7 } },
      ),
    [3, 'even'],
  ],
  [
    'if a named group is full, the customer waits in its lane',
    () =>
      decide([person(1), person(2, { groupIds: [7], load: 5 })], {
        named: { kind: 'group', groupId: 7 },
      }),
    ['group:7:a', 'nobody_free'],
  ],
  [
    'naming a group that does not exist is the same as naming nobody',
    () => decide([person(1)], { named: { kind: 'group', groupId: 8 } }),
    [1, 'even'],
  ],
  [
    'if the members of a named group grab sessions, the customer waits in its lane',
    () =>
      decide([person(2, { groupIds: [7] })], {
        named: { kind: 'group', groupId: 7 },
        sessionRule: 'grab',
      }),
    ['group:7:a', 'named_group'],
  ],
  [
    'the exclusive agent gets the customer even if somebody else is named',
    () => decide([person(1), person(2)], { exclusive: 1, named: { kind: 'user', uid: 2 } }),
    [1, 'exclusive_agent'],
  ],
  [
    'where agents grab sessions, a new customer waits in the common lane',
    () => decide([person(1)], { sessionRule: 'grab' }),
    ['account:a', 'nobody_named'],
  ],
  [
    'of agents with equally many sessions, the one whose last customer was given to them longest ago gets the next',
    () => decide([person(1, { turn: 5 }), person(2, { turn: 4 })]),
    [2, 'even'],
  ],
  [
    'in a round robin the next in turn gets the customer, even with more sessions than others',
    () =>
      decide([person(1, { turn: 5 }), person(2, { turn: 4, load: 3 })], {
        sessionRule: 'roundRobin',
      }),
    [2, 'round_robin'],
  ],
  [
    'a new customer waits if others are waiting already, even if an agent has room',
    () => decide([person(1)], { waits: (lane) => lane === 'account:a' }),
    ['account:a', 'others_wait'],
  ],
  [
    'a supervisor is never assigned a customer by the session rule',
    () => decide([person(1, { isAgent: false })]),
    ['account:a', 'nobody_free'],
  ],
  [
    'a customer who has left the private lane goes to their own agent if that agent is back',
    () => decide([person(1, { load: 2 }), person(2)], { exclusive: 1, movedOn: true }),
    [1, 'exclusive_agent'],
  ],
  [
    'a customer who has left the private lane goes to another agent if their own is still away',
    () => decide([person(1, { online: false }), person(2)], { exclusive: 1, movedOn: true }),
    [2, 'even'],
  ],
  [
    'an agent from whom a session was taken back does not get it again',
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
      countGiven(chosen, people, 1)
    }
    assert.deepEqual([...new Set(people.map(({ load }) => load))], [100])
  })
}
