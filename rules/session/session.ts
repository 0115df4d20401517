// The life of a session as a table: who may do what in which state, and how state, owner and the
// customer's exclusive agent change. Whatever is not in the table is refused. A session is open in
// the states 0, 1, 2 and 3; all other states are ends, and the customer's next message opens a new
// session.
import { nobody } from './exclusive.ts'
import {
  active,
  closed,
  closedByAdmin,
  group,
  openStates,
  ownedStates,
  queueTimedOut,
  queued,
  waiting,
  waitingTimedOut,
} from './states.ts'

/**
 * For whom a session is: `user` or `group` if a person or a group was named, by a rule, a menu
 * button, a QR code, or the person who started, transferred or handed it on; otherwise `other`.
 */
export type NamedKind = 'other' | 'user' | 'group'

/**
 * How the one who acts is related to the session. `job` is whatever acts by itself: a timer, the
 * automatic assignment, a rule that moves or ends the session, or what follows from an admin's
 * change, such as handing on the sessions of somebody who was disabled.
 */
export const relations = ['customer', 'owner', 'supervisor', 'member', 'agent', 'job'] as const
export type Relation = (typeof relations)[number]

export type Transition = {
  event: string
  /** The states in which the step is allowed; null stands for a session that does not exist yet. */
  from: readonly (number | null)[]
  to: number
  by: readonly Relation[]
  /** Who owns the session after the step. For `named`, the caller of the step says who. */
  owner: 'stays' | 'named' | 'nobody'
  /**
   * Who is the customer's exclusive agent after the step. If it is not given, that does not change.
   */
  exclusive?: 'owner' | 'owner_if_none' | 'nobody'
}

const people = ['agent', 'member', 'supervisor'] as const
const atHome = ['owner', 'supervisor'] as const

export const transitions = [
  { event: 'arrive', from: [null], to: queued, by: ['customer'], owner: 'stays' },
  {
    event: 'arriveNamed',
    from: [null],
    to: waiting,
    by: ['customer'],
    owner: 'named',
    exclusive: 'owner_if_none',
  },
  {
    event: 'start',
    from: [null],
    to: active,
    by: ['agent', 'supervisor'],
    owner: 'named',
    exclusive: 'owner_if_none',
  },
  {
    event: 'claim',
    from: [queued],
    to: active,
    by: people,
    owner: 'named',
    exclusive: 'owner_if_none',
  },
  // with the setting autoAcceptFirst, a session that an agent claims during another conversation
  // waits until that conversation ends
  {
    event: 'claimBehind',
    from: [queued],
    to: waiting,
    by: people,
    owner: 'named',
    exclusive: 'owner_if_none',
  },
  {
    event: 'assign',
    from: [queued],
    to: waiting,
    by: ['job'],
    owner: 'named',
    exclusive: 'owner_if_none',
  },
  { event: 'moveLane', from: [queued], to: queued, by: ['job'], owner: 'stays' },
  { event: 'accept', from: [waiting], to: active, by: ['owner'], owner: 'stays' },
  { event: 'promote', from: [waiting], to: active, by: ['job'], owner: 'stays' },
  {
    event: 'transferToPerson',
    from: ownedStates,
    to: waiting,
    by: atHome,
    owner: 'named',
    exclusive: 'owner',
  },
  {
    event: 'transferToPerson',
    from: [queued],
    to: waiting,
    by: ['supervisor'],
    owner: 'named',
    exclusive: 'owner',
  },
  {
    event: 'transferToGroup',
    from: ownedStates,
    to: queued,
    by: atHome,
    owner: 'nobody',
    exclusive: 'nobody',
  },
  {
    event: 'transferToGroup',
    from: [queued],
    to: queued,
    by: ['supervisor'],
    owner: 'stays',
    exclusive: 'nobody',
  },
  {
    event: 'takeOver',
    from: openStates,
    to: active,
    by: ['supervisor'],
    owner: 'named',
    exclusive: 'owner_if_none',
  },
  { event: 'join', from: [active, group], to: group, by: atHome, owner: 'stays' },
  { event: 'leave', from: [group], to: group, by: [...atHome, 'member', 'job'], owner: 'stays' },
  // the last member of the group chat has left, so only the owner goes on with the session
  {
    event: 'dissolve',
    from: [group],
    to: active,
    by: [...atHome, 'member', 'job'],
    owner: 'stays',
  },
  { event: 'close', from: ownedStates, to: closed, by: ['owner'], owner: 'stays' },
  { event: 'close', from: openStates, to: closedByAdmin, by: ['supervisor'], owner: 'stays' },
  {
    event: 'waitingTimeout',
    from: [waiting],
    to: waitingTimedOut,
    by: ['job'],
    owner: 'stays',
    exclusive: 'nobody',
  },
  { event: 'queueTimeout', from: [queued], to: queueTimedOut, by: ['job'], owner: 'stays' },
  { event: 'takeBack', from: ownedStates, to: queued, by: ['job'], owner: 'nobody' },
  // the sessions of an agent who was disabled are queued (handOn) or given to another (handOnTo)
  { event: 'handOn', from: ownedStates, to: queued, by: ['job'], owner: 'nobody' },
  {
    event: 'handOnTo',
    from: openStates,
    to: waiting,
    by: ['job'],
    owner: 'named',
    exclusive: 'owner_if_none',
  },
  // the session ends at once: a rule's answer was enough, or the customer did not ask for a person
  { event: 'ruleClose', from: [queued], to: closed, by: ['job'], owner: 'stays' },
  // the session ends because the customer stopped following the account
  { event: 'unsubscribe', from: openStates, to: closed, by: ['customer'], owner: 'stays' },
  { event: 'idleClose', from: [active, group], to: closed, by: ['job'], owner: 'stays' },
  {
    event: 'reclaim',
    from: ownedStates,
    to: closed,
    by: ['job'],
    owner: 'stays',
    exclusive: 'nobody',
  },
  // a session that was queued in the private lane of one person moves to the common lane of its
  // account
  {
    event: 'reclaim',
    from: [queued],
    to: queued,
    by: ['job'],
    owner: 'stays',
    exclusive: 'nobody',
  },
] as const satisfies Transition[]

export type TransitionEvent = (typeof transitions)[number]['event']
export type Owned = { state: number; uid: number | null; fence: number }
export type ActingPerson = { uid: number; supervises: boolean; isMember?: boolean }
export type StepRefusal =
  | 'session_not_open'
  | 'session_moved'
  | 'not_owner'
  | 'session_not_accepted'
  | 'session_not_waiting'
  | 'session_already_claimed'
export type Wish = { event: TransitionEvent; who: Relation; fence?: number | undefined }

export const isOpen = (state: number) => openStates.includes(state)
export const isOwned = (state: number) => ownedStates.includes(state)
/** Whether a session begins with this event, so that there is no state before it. */
export const isBirth = (event: TransitionEvent) =>
  rowsOf(event).some((row) => row.from.includes(null))
/**
 * Whether a step raises the fence, so that a write with the fence that was read before is refused.
 */
export const raisesFence = ({ owner, to }: Transition) => owner !== 'stays' || !isOpen(to)

const rowsOf = (event: TransitionEvent): Transition[] =>
  transitions.filter((row) => row.event === event)

const wrongState: Partial<Record<TransitionEvent, StepRefusal>> = {
  claim: 'session_already_claimed',
  claimBehind: 'session_already_claimed',
  assign: 'session_already_claimed',
  accept: 'session_not_waiting',
  promote: 'session_not_waiting',
  join: 'session_not_accepted',
}

/**
 * Returns the row of the table that allows this step, or the reason why it is refused. It checks in
 * this order: whether the session is open, whether the fence fits, whether the session belongs to
 * whoever acts, and whether its state allows the step.
 */
export function decideStep(session: Owned, { event, who, fence }: Wish): Transition | StepRefusal {
  const rows = rowsOf(event).filter((row) => row.by.includes(who))
  if (isBirth(event)) return rows[0] ?? 'not_owner'
  if (!isOpen(session.state)) return 'session_not_open'
  if (fence !== undefined && fence !== session.fence) return 'session_moved'
  if (rows.length === 0) return 'not_owner'
  return (
    rows.find((row) => row.from.includes(session.state)) ?? wrongState[event] ?? 'session_moved'
  )
}

export function relationTo(session: Owned, me: ActingPerson): Relation {
  if (session.uid === me.uid) return 'owner'
  if (me.supervises) return 'supervisor'
  return me.isMember ? 'member' : 'agent'
}

export function exclusiveAfter(
  { exclusive }: Transition,
  now: number,
  owner: number | null,
): number {
  if (exclusive === 'nobody') return nobody
  if (exclusive === 'owner') return owner ?? now
  return exclusive === 'owner_if_none' && now === nobody ? (owner ?? now) : now
}

/**
 * Like mayWrite, but for notes that only colleagues read. The owner may also write them before
 * accepting the session.
 */
export function mayNote(
  session: Owned,
  me: ActingPerson,
  fence: number | undefined,
): StepRefusal | null {
  if (!isOpen(session.state)) return 'session_not_open'
  if (fence !== undefined && fence !== session.fence) return 'session_moved'
  return relationTo(session, me) === 'agent' ? 'not_owner' : null
}

/**
 * Whether this person may write to the customer in this session. It checks in this order: is it
 * open, does the fence fit, is it yours, is it accepted. A supervisor may write too, even while it
 * is queued.
 */
export function mayWrite(
  session: Owned,
  me: ActingPerson,
  fence: number | undefined,
): StepRefusal | null {
  if (!isOpen(session.state)) return 'session_not_open'
  if (fence !== undefined && fence !== session.fence) return 'session_moved'
  if (session.uid === me.uid) return session.state === waiting ? 'session_not_accepted' : null
  if (session.state === group && me.isMember) return null
  return me.supervises ? null : 'not_owner'
}
