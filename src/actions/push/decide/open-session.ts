// Opens a new session: decides who gets it or in which lane it waits.
import { assign } from '../../../../rules/session/assignment.ts'
import { mayHave } from '../../../../rules/session/staff.ts'
import type { NamedReceiver } from '../../../../rules/session/reception.ts'
import { rankFor } from '../../../../rules/session/routing.ts'
import { exclusiveAfter } from '../../../../rules/session/session.ts'
import { customerActor } from '../../../../rules/session/actor.ts'
import { nobody } from '../../../../rules/session/exclusive.ts'
import { newSession } from '../../lines/new-rows.ts'
import { stepEvents } from '../../transition/step-events.ts'
import { takeStep, type Moved } from '../../transition/take-step.ts'
import { changeCustomer, type Effects } from './effects.ts'
import { batchSession, laneKey, type BatchSession, type Facts } from './facts.ts'
import { askedOf, namedByCode } from './receivers.ts'

export const newBatchSession = ({ at, ids }: Facts, { customer }: Effects): BatchSession =>
  batchSession(newSession(customer, { id: ids(), at }), true)

/**
 * Opens a session for the customer. `named` is the person or group that a rule or an event names to
 * receive them; without it, the QR code by which the customer once came may name somebody.
 */
export function openSession(
  facts: Facts,
  effects: Effects,
  named: NamedReceiver | undefined,
): BatchSession {
  const { at, people, waitedIn } = facts
  const { push, customer } = effects
  const session = newBatchSession(facts, effects)
  effects.open = session
  const whom = named ?? namedByCode(customer, facts)
  const decision = assign(askedOf(push, customer, whom), {
    people,
    othersWait: (lane) => waitedIn.has(laneKey(customer.company_id, lane)),
  })
  const by = {
    who: 'customer' as const,
    actor: customerActor(customer.wx_user_id),
    reason: decision.reason,
    at,
    kind: whom.kind,
    ...(decision.candidates.length > 0 && { candidates: decision.candidates }),
  }
  if (decision.uid !== undefined) {
    const owner = { uid: decision.uid, customerServiceId: null }
    const moved = takeStep(session.row, { event: 'arriveNamed', owner, ...by })
    session.row = moved.session
    effects.given.push(decision.uid)
    belong(effects, exclusiveAfter(moved.transition, exclusiveOf(facts, effects), decision.uid))
    note(effects, 'session.assigned', moved)
    return session
  }
  const { lane } = decision
  const rank = rankFor(customer, push.company.settings.windowFirst, at)
  const moved = takeStep(session.row, { event: 'arrive', place: { lane, rank }, ...by })
  session.row = moved.session
  note(effects, 'session.queued', moved)
  if (decision.reason === 'others_wait') effects.behind.push(customer.company_id)
  else effects.waitedIn.push(laneKey(customer.company_id, lane))
  return session
}

/**
 * Returns the uid of the customer's exclusive agent. It is -1 if the customer has none, or one who
 * is disabled or does not serve the account.
 */
function exclusiveOf({ people }: Facts, { push, customer }: Effects): number {
  const uid = customer.customer_service_uid
  if (uid <= 0) return nobody
  const asked = { staff: push.company.staff, accountId: push.account.account_id }
  return mayHave(asked, people.get(uid) ?? uid) ? uid : nobody
}

function note({ ledger, events }: Effects, type: string, moved: Moved): void {
  ledger.push(moved.ledger)
  events.push(...stepEvents(type, moved))
}

/** Sets the exclusive agent. The column is indexed, so it is written only when it changes. */
function belong(effects: Effects, uid: number): void {
  if (uid === effects.customer.customer_service_uid) return
  changeCustomer(effects, { customer_service_uid: uid })
  effects.belongs = true
}
