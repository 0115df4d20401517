// Tests every combination of state, actor and event. The allowed ones are listed here again by
// hand; all others must be refused.
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  relations,
  decideStep,
  exclusiveAfter,
  isBirth,
  isOpen,
  mayWrite,
  raisesFence,
  relationTo,
  transitions,
  type Relation,
  type TransitionEvent,
} from '../../rules/session/session.ts'
import { states } from '../../rules/session/states.ts'

// each entry is an event with its steps, as "from>to who"; several steps are separated by commas
const allowed: Record<TransitionEvent, string> = {
  arrive: 'new>3 customer',
  arriveNamed: 'new>0 customer',
  start: 'new>1 agent, new>1 supervisor',
  claim: '3>1 agent, 3>1 member, 3>1 supervisor',
  claimBehind: '3>0 agent, 3>0 member, 3>0 supervisor',
  assign: '3>0 job',
  moveLane: '3>3 job',
  accept: '0>1 owner',
  promote: '0>1 job',
  transferToPerson:
    '0>0 owner, 1>0 owner, 2>0 owner, 0>0 supervisor, 1>0 supervisor, 2>0 supervisor, 3>0 supervisor',
  transferToGroup:
    '0>3 owner, 1>3 owner, 2>3 owner, 0>3 supervisor, 1>3 supervisor, 2>3 supervisor, 3>3 supervisor',
  takeOver: '0>1 supervisor, 1>1 supervisor, 2>1 supervisor, 3>1 supervisor',
  join: '1>2 owner, 2>2 owner, 1>2 supervisor, 2>2 supervisor',
  leave: '2>2 owner, 2>2 supervisor, 2>2 member, 2>2 job',
  dissolve: '2>1 owner, 2>1 supervisor, 2>1 member, 2>1 job',
  close:
    '0>-1 owner, 1>-1 owner, 2>-1 owner, 0>-4 supervisor, 1>-4 supervisor, 2>-4 supervisor, 3>-4 supervisor',
  waitingTimeout: '0>-2 job',
  queueTimeout: '3>-3 job',
  takeBack: '0>3 job, 1>3 job, 2>3 job',
  handOn: '0>3 job, 1>3 job, 2>3 job',
  handOnTo: '0>0 job, 1>0 job, 2>0 job, 3>0 job',
  ruleClose: '3>-1 job',
  unsubscribe: '0>-1 customer, 1>-1 customer, 2>-1 customer, 3>-1 customer',
  idleClose: '1>-1 job, 2>-1 job',
  reclaim: '0>-1 job, 1>-1 job, 2>-1 job, 3>3 job',
}
const events = Object.keys(allowed) as TransitionEvent[]
const decided = (state: number, event: TransitionEvent, who: Relation) =>
  decideStep({ state, uid: 7, fence: 5 }, { event, who, fence: 5 })

void test('for every state, actor and event, exactly the listed steps of a session are allowed', () => {
  assert.deepEqual([...new Set(transitions.map((row) => row.event))].sort(), [...events].sort())
  let combinations = 0
  for (const event of events) {
    const wanted = allowed[event].split(', ')
    for (const who of relations) {
      for (const state of isBirth(event) ? ['new'] : states) {
        combinations += 1
        const transition = decided(state === 'new' ? 3 : Number(state), event, who)
        const found = typeof transition === 'string' ? null : `${state}>${transition.to} ${who}`
        assert.equal(
          found,
          wanted.find((one) => one.startsWith(`${state}>`) && one.endsWith(` ${who}`)) ?? null,
          `${state} ${event} ${who}`,
        )
      }
    }
  }
  assert.ok(combinations > 800, `${combinations} combinations`)
})

void test('a closed session cannot be changed by anybody', () => {
  for (const event of events.filter((one) => !isBirth(one))) {
    for (const who of relations) {
      for (const state of [-1, -2, -3, -4]) {
        assert.equal(decided(state, event, who), 'session_not_open')
      }
    }
  }
})

void test('no two rows of the table of session steps contradict each other for the same state, actor and event', () => {
  const keys = transitions.flatMap((row) =>
    row.from.flatMap((from) => row.by.map((who) => `${row.event} ${String(from)} ${who}`)),
  )
  assert.equal(new Set(keys).size, keys.length)
})

void test('if several reasons forbid a step, the first is given: the session is not open, the fence is old, it belongs to somebody else, its state is wrong', () => {
  const session = { state: 1, uid: 7, fence: 5 }
  assert.equal(
    decideStep({ ...session, state: -1 }, { event: 'accept', who: 'agent', fence: 4 }),
    'session_not_open',
  )
  assert.equal(decideStep(session, { event: 'accept', who: 'agent', fence: 4 }), 'session_moved')
  assert.equal(decideStep(session, { event: 'accept', who: 'agent', fence: 5 }), 'not_owner')
  assert.equal(
    decideStep(session, { event: 'accept', who: 'owner', fence: 5 }),
    'session_not_waiting',
  )
  assert.equal(decideStep(session, { event: 'claim', who: 'agent' }), 'session_already_claimed')
  assert.equal(
    decideStep({ ...session, state: 0 }, { event: 'join', who: 'owner' }),
    'session_not_accepted',
  )
})

void test('every change of owner and every end of a session raises the fence, and nothing else does', () => {
  for (const row of transitions) {
    const changesHands = row.owner !== 'stays' || !isOpen(row.to)
    assert.equal(raisesFence(row), changesHands, row.event)
  }
  const rising = [...new Set(transitions.filter(raisesFence).map((row) => row.event))]
  assert.deepEqual(
    events.filter((event) => !rising.includes(event)),
    ['arrive', 'moveLane', 'accept', 'promote', 'join', 'leave', 'dissolve'],
  )
})

void test('a claim makes its agent the exclusive agent if there is none, a transfer to a person makes the receiver one, and a transfer to a group, a waiting timeout (-2) and a reclaim remove the exclusive agent', () => {
  const after = (event: TransitionEvent, from: number | null, now: number) => {
    const row = transitions.find(
      (one) => one.event === event && (one.from as readonly (number | null)[]).includes(from),
    )
    assert.ok(row)
    return exclusiveAfter(row, now, 9)
  }
  assert.deepEqual([after('claim', 3, -1), after('claim', 3, 4)], [9, 4])
  assert.deepEqual([after('transferToPerson', 1, 4), after('transferToGroup', 1, 4)], [9, -1])
  assert.deepEqual(
    [after('waitingTimeout', 0, 4), after('close', 1, 4), after('idleClose', 1, 4)],
    [-1, 4, 4],
  )
  assert.deepEqual(
    [after('reclaim', 1, 4), after('reclaim', 3, 4), after('takeBack', 1, 4)],
    [-1, -1, 4],
  )
})

void test('a member can write to the customer only while the session is a group chat; a former owner never', () => {
  const session = { state: 2, uid: 7, fence: 2 }
  const member = { uid: 8, supervises: false, isMember: true }
  assert.equal(mayWrite(session, member, 2), null)
  assert.equal(mayWrite({ ...session, state: 1 }, member, 2), 'not_owner')
  assert.equal(mayWrite(session, { ...member, isMember: false }, 2), 'not_owner')
  assert.deepEqual(
    [7, 8, 9].map((uid) =>
      relationTo(session, { uid, supervises: uid === 9, isMember: uid === 8 }),
    ),
    ['owner', 'member', 'supervisor'],
  )
})
