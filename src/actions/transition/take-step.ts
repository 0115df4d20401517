// The only place where the state of a session changes. takeStep asks the table in
// rules/session/session.ts and says what the session is afterwards, without a database:
// write-step.ts writes what was decided.
import type { ChangingIn, LedgerRow, SessionRow } from '../../../entities/index.ts'
import { rankOf, topPriority } from '../../../rules/session/routing.ts'
import {
  decideStep,
  isBirth,
  isOpen,
  isOwned,
  raisesFence,
  type NamedKind,
  type Relation,
  type Transition,
  type TransitionEvent,
} from '../../../rules/session/session.ts'
import { queued } from '../../../rules/session/states.ts'
import { refuse } from '../access/refuse.ts'
import { listOf } from './place.ts'

type SessionPatch = { [Name in ChangingIn<'message_session'>]?: SessionRow[Name] }

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
   * Where the session waits if it is queued after the step. Without a rank it keeps its own, or
   * gets one if it has none.
   */
  place?: { lane: string; rank?: number; queuedAt?: number }
  /**
   * Whether the session is meant for a person, a group or nobody in particular: so said by a rule,
   * a menu button, a QR code, a transfer, the agent who opened it, or handing it on to a person.
   * If it is not given, it stays the same.
   */
  kind?: NamedKind
  /** Why the session ended, in the words of the person who closed it. */
  closeReason?: string | undefined
  candidates?: unknown
}
/**
 * What a step changes of a session: its owner, its place in the queue and for whom it is meant. Who
 * takes the step and why is added later.
 */
export type StepAim = Pick<Step, 'event' | 'kind' | 'owner' | 'place'>

export type Moved = {
  /** The session as it is after the step. */
  session: SessionRow
  /** The columns that the step changes. */
  patch: SessionPatch
  transition: Transition
  before: { state: number | null; uid: number | null; lane: string | null; list: string | null }
  ledger: LedgerRow
}

/** Decides the step, or throws if it is not allowed. */
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
  const patch = {
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
  const after = { ...session, ...patch }
  const ledger = ledgerLine(after, step, before.state)
  return { session: after, patch, transition, before, ledger }
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

/**
 * Whose load counted the session before the step, and whose load counts it now; null for nobody.
 */
export const ownersOf = ({
  session,
  before,
}: Moved): { had: number | null; has: number | null } => ({
  had: before.state !== null && isOwned(before.state) ? before.uid : null,
  has: isOwned(session.state) ? session.uid : null,
})
