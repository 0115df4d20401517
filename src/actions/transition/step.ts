// The only place where the state of a session changes. takeStep asks the table in
// rules/session/session.ts, changes the session in memory and creates the ledger row; writeStep
// then writes everything in the usual order: customer, session, loads, lines, outbox, ledger.
import type {
  CustomerRow,
  LedgerRow,
  MessageRow,
  OutboxRow,
  PatchIn,
  SessionRow,
} from '../../../entities/index.ts'
import { giveBack } from '../../../rules/reply/reply-window.ts'
import { rankOf, topPriority } from '../../../rules/session/routing.ts'
import {
  decideStep,
  exclusiveAfter,
  isBirth,
  isOpen,
  isOwned,
  raisesFence,
  type Relation,
  type NamedKind,
  type TransitionEvent,
  type Transition,
} from '../../../rules/session/session.ts'
import { group, queued } from '../../../rules/session/states.ts'
import { sessionStream } from '../../../rules/session/stream.ts'
import { clueAfter } from '../../../rules/session/exclusive.ts'
import { AppError, OutOfDate } from '../../errors.ts'
import type { Unit } from '../../ports.ts'
import { ownStreams, queueEvent, sessionEvent, type Event } from '../streams/write.ts'
import { exclusiveOf } from '../access/exclusive.ts'
import { listOf } from './place.ts'
import { refuse } from '../access/refuse.ts'

type SessionPatch = PatchIn<'message_session'>

export type Step = {
  event: TransitionEvent
  who: Relation
  /**
   * Who takes the step, as written to the ledger: a:<uid>, c:<customerId>, r:<ruleId> or
   * job:<name>.
   */
  actor: string
  /** Why the step is taken, in one word for the ledger. */
  reason: string
  at: number
  fence?: number | undefined
  /**
   * The new owner. It must be given if the owner of the session after the step is `named` in the
   * table of transitions.
   */
  owner?: { uid: number; customerServiceId: number | null }
  /**
   * The id of the owner's place on this account, in whose name they write. It is given if the owner
   * stays but the session did not have that id yet.
   */
  customerServiceId?: number | null
  /**
   * The lane and rank if the session is queued after the step. A value that is not given stays the
   * same.
   */
  place?: { lane: string; rank?: number; queuedAt?: number }
  /**
   * Whether the customer asked for a person, a group or nobody in particular. If it is not given,
   * it stays the same.
   */
  kind?: NamedKind
  /** Why the session ended, in the words of the person who closed it. */
  closeReason?: string | undefined
  candidates?: unknown
}
/** Where a step leads, while it is still to be said who takes it and why. */
export type StepAim = Pick<Step, 'event' | 'kind' | 'owner' | 'place'>

export type Moved = {
  session: SessionRow
  /** The columns that the step changes. */
  patch: SessionPatch
  transition: Transition
  before: { state: number | null; uid: number | null; lane: string | null; list: string | null }
  ledger: LedgerRow
}

/** Changes the session in memory, or throws if the step is not allowed. */
export function takeStep(session: SessionRow, step: Step): Moved {
  const transition = decideStep(session, step)
  if (typeof transition === 'string') refuse(transition)
  const isNew = isBirth(step.event)
  const before = {
    state: isNew ? null : session.state,
    uid: session.uid,
    lane: session.lane,
    list: isNew ? null : listOf(session),
  }
  const patch: SessionPatch = {
    ...ownerAfter(step, transition),
    ...placeAfter(session, step, transition),
    state: transition.to,
    kind: step.kind ?? session.kind,
    fence: session.fence + Number(raisesFence(transition)),
    ledger_n: session.ledger_n + 1,
    ...(!isOpen(transition.to) && {
      open_key: null,
      closed_at: step.at,
      close_reason: step.closeReason ?? step.reason,
    }),
  }
  Object.assign(session, patch)
  return { session, patch, transition, before, ledger: ledgerLine(session, step, before.state) }
}

function ownerAfter(step: Step, { owner }: Transition): SessionPatch {
  if (owner === 'stays') {
    const { customerServiceId: id } = step
    return id === undefined ? {} : { customer_service_id: id }
  }
  if (owner === 'nobody') return { uid: null, customer_service_id: null, assigned_at: null }
  if (!step.owner) throw new Error(`${step.event} without an owner`)
  return {
    uid: step.owner.uid,
    customer_service_id: step.owner.customerServiceId,
    assigned_at: step.at,
  }
}

function placeAfter(
  session: SessionRow,
  { event, place, at }: Step,
  { to }: Transition,
): SessionPatch {
  if (to !== queued) return { lane: null, rank: null, queued_at: null }
  if (!place) throw new Error(`${event} without a lane`)
  return {
    lane: place.lane,
    rank: place.rank ?? session.rank ?? rankOf(topPriority, at),
    queued_at: place.queuedAt ?? session.queued_at ?? at,
  }
}

const ledgerLine = (session: SessionRow, step: Step, from: number | null): LedgerRow => ({
  session_id: session.session_id,
  n: session.ledger_n,
  company_id: session.company_id,
  from_state: from,
  to_state: session.state,
  actor: step.actor,
  reason: step.reason,
  fence: session.fence,
  uid: session.uid,
  candidates: step.candidates === undefined ? null : JSON.stringify(step.candidates),
  at: step.at,
})

export type With = {
  customer: CustomerRow
  customerChanged?: boolean
  lines?: MessageRow[]
  outbox?: OutboxRow[]
  /** Drops replies that have not been sent yet. They do not use up the reply window. */
  dropPending?: boolean
  /**
   * For an agent who is given a session in turn: their `turn` as it was read, and the new one. If
   * this is not given, the agent was not chosen by turn, and their new turn is the current time.
   */
  inTurn?: { turn: number; turnRead: number }
  /** The step succeeds only if the session is still queued in this lane. */
  claimedFrom?: string
}

/**
 * Writes a step to the database. Customer and session must be locked. If the new owner has no room,
 * the whole transaction is rolled back.
 */
export async function writeStep(
  unit: Unit,
  moved: Moved,
  { customer, lines = [], outbox = [], ...how }: With,
): Promise<void> {
  const { session, ledger } = moved
  const pending = how.dropPending
    ? (await unit.outbox.pendingOf(session.session_id)).map((row) => row.outbox_id)
    : []
  const changed = how.customerChanged === true || pending.length + outbox.length > 0
  await changeCustomer(unit, moved, {
    customer,
    ...(changed && {
      also: {
        ...giveBack(customer, pending.length, ledger.at),
        out_n: customer.out_n,
        active_at: customer.active_at,
      },
    }),
  })
  await writeSession(unit, moved, { claimedFrom: how.claimedFrom, hasNewLines: lines.length > 0 })
  await moveLoad(unit, moved, how.inTurn)
  await writeLines(unit, moved, { lines, outbox, pending })
  unit.sessions.writeLedger([ledger])
  if (endsGroup(moved)) unit.members.leaveAll(session.session_id, ledger.at)
}

/**
 * Whether the members of a group chat leave with this step. They do when the owner changes, because
 * the group chat belongs to its owner. They do not when the session closes, and can still read it.
 */
const endsGroup = ({ session, before, transition }: Moved) =>
  before.state === group && raisesFence(transition) && isOpen(session.state)

type LinesToWrite = { lines: MessageRow[]; outbox: OutboxRow[]; pending: string[] }

async function writeLines(
  unit: Unit,
  { session, ledger }: Moved,
  { lines, outbox, pending }: LinesToWrite,
): Promise<void> {
  if (pending.length > 0) {
    await unit.messages.fail(pending, { errcode: null, why: 'dropped_on_close' })
  }
  unit.messages.insert(lines)
  if (pending.length > 0) unit.outbox.drop(session.session_id, ledger.at)
  unit.outbox.insert(outbox)
}

/**
 * A customer whose row the step changes. `also` are columns that change besides the exclusive
 * agent.
 */
type CustomerToChange = { customer: CustomerRow; also?: PatchIn<'wx_user'> }

async function changeCustomer(
  unit: Unit,
  { session, transition, ledger }: Moved,
  { customer, also }: CustomerToChange,
): Promise<void> {
  const exclusive = exclusiveAfter(
    transition,
    await exclusiveBefore(unit, { session, transition, customer }),
    session.uid,
  )
  const stays = exclusive === customer.customer_service_uid
  if (stays && !also) return
  unit.customers.change(customer.company_id, customer.wx_user_id, {
    ...also,
    ...(!stays && { customer_service_uid: exclusive }),
    is_clue: clueAfter(customer.is_clue, exclusive),
    update_time: ledger.at,
  })
}

/**
 * The customer's exclusive agent before the step. If the step makes the owner the exclusive agent
 * of a customer who has none, an agent who is disabled or does not serve the account does not
 * count.
 */
async function exclusiveBefore(
  unit: Unit,
  {
    session,
    transition,
    customer,
  }: Pick<Moved, 'session' | 'transition'> & Pick<CustomerToChange, 'customer'>,
): Promise<number> {
  const uid = customer.customer_service_uid
  if (transition.exclusive !== 'owner_if_none' || uid === session.uid) return uid
  return exclusiveOf(unit, customer)
}

async function writeSession(
  unit: Unit,
  { session, patch, before }: Moved,
  { claimedFrom, hasNewLines }: { claimedFrom: string | undefined; hasNewLines: boolean },
): Promise<void> {
  const { company_id, session_id } = session
  if (before.state === null) {
    unit.sessions.insert([session])
    return
  }
  if (claimedFrom === undefined) unit.sessions.change(company_id, session_id, patch)
  else if (!(await unit.sessions.claim(session_id, claimedFrom, patch))) {
    refuse('session_already_claimed')
  }
  if (hasNewLines) unit.sessions.touch([session])
}

/**
 * Lowers the load of the former owner and raises that of the new one, in the order of uids, so that
 * two opposite transfers cannot block each other.
 */
async function moveLoad(
  unit: Unit,
  { session, before, ledger }: Moved,
  inTurn: With['inTurn'],
): Promise<void> {
  const had = before.state !== null && isOwned(before.state) ? before.uid : null
  const has = isOwned(session.state) ? session.uid : null
  if (had === has) return
  const moves = [
    { uid: had, by: -1 },
    { uid: has, by: 1 },
  ].filter(({ uid }) => uid !== null) as { uid: number; by: number }[]
  for (const { uid, by } of moves.sort((a, b) => a.uid - b.uid)) {
    if (by < 0) unit.loads.lower(uid)
    else if (inTurn) await giveInTurn(unit, uid, inTurn)
    else if ((await unit.loads.raise(uid, ledger.at)) === 0) {
      throw new AppError(
        'agent_at_capacity',
        'The agent has as many sessions as they may hold: close one first.',
      )
    }
  }
}

async function giveInTurn(
  unit: Unit,
  uid: number,
  inTurn: NonNullable<With['inTurn']>,
): Promise<void> {
  if ((await unit.loads.give(uid, { sessions: 1, ...inTurn })) === 0) {
    throw new OutOfDate(`agent ${uid} was given somebody meanwhile`)
  }
}

/**
 * Makes the events that tell of a step. They go to the lanes that the session left and entered, the
 * former and the new owner, members and watching supervisors.
 */
export function stepEvents(
  type: string,
  { session, before, ledger }: Moved,
  also: number[] = [],
): Event[] {
  const own =
    before.state === group ? [sessionStream(session.session_id)] : ownStreams(session, ledger.at)
  return [
    ...(before.lane !== null && before.lane !== session.lane
      ? [queueEvent(type, session, before.lane)]
      : []),
    ...(session.lane !== null ? [queueEvent('session.queued', session, session.lane)] : []),
    ...sessionEvent(type, session, { uids: [before.uid, session.uid, ...also], streams: own }),
  ]
}
