// Decides to which session a push belongs and what a rule does with that session: hand it to the
// person or group the rule names, or end it because nobody is needed.
import { endsAtOnce, type Ended } from '../../../../rules/auto-reply/answering.ts'
import { canReceive } from '../../../../rules/session/staff.ts'
import type { Found } from '../../../../rules/auto-reply/keyword.ts'
import { commonLane, groupLane, isPrivate, privateLane } from '../../../../rules/session/lane.ts'
import type { NamedReceiver } from '../../../../rules/session/reception.ts'
import { queued } from '../../../../rules/session/states.ts'
import { customerActor, speakerActor } from '../../../../rules/session/actor.ts'
import { stepEvents } from '../../transition/step-events.ts'
import { takeStep } from '../../transition/take-step.ts'
import type { Effects } from './effects.ts'
import { stepped } from './end-session.ts'
import type { BatchSession, Facts } from './facts.ts'
import { newBatchSession, openSession } from './open-session.ts'
import type { Push } from './push.ts'

/** Returns the open session, a new one for people, or one that ends together with this push. */
export function sessionFor(
  facts: Facts,
  effects: Effects,
  found: Found | null,
): { session: BatchSession; ended: Ended } {
  const { open, push } = effects
  const named = found?.rule.named
  if (open) {
    if (named) sendOn(facts, effects, { session: open, named, ruleId: found.rule.id })
    return { session: open, ended: null }
  }
  const ended = endsAtOnce(push.company.settings.queueWhen, found)
  return ended
    ? { session: openToEnd(facts, effects), ended }
    : { session: openSession(facts, effects, named ?? undefined), ended: null }
}

/**
 * An event opens a session only if its menu button, its QR code or the rule that answers it hands
 * the customer over: to a person, a group or whoever is free. Otherwise every follow would queue.
 */
export function receiveAsNamed(
  facts: Facts,
  effects: Effects,
  { named, found }: { named: NamedReceiver | null; found: Found | null },
): void {
  const whom = named ?? found?.rule.named
  if (!whom) return
  const { open } = effects
  if (!open) openSession(facts, effects, whom)
  else if (found) sendOn(facts, effects, { session: open, named: whom, ruleId: found.rule.id })
}

/**
 * The session is opened and closed in the same transaction. It is in a lane only in between, where
 * nobody can see it.
 */
function openToEnd(facts: Facts, effects: Effects): BatchSession {
  const { push, customer } = effects
  const session = newBatchSession(facts, effects)
  effects.ended.push(session)
  const moved = takeStep(session.row, {
    event: 'arrive',
    who: 'customer',
    actor: customerActor(customer.wx_user_id),
    reason: 'nobody_named',
    at: facts.at,
    place: { lane: commonLane(push.account.account_id) },
  })
  session.row = moved.session
  effects.ledger.push(moved.ledger)
  return session
}

/**
 * A session that is queued already moves to the lane of the person or group that the rule names,
 * and keeps its rank. A session that has an agent, or is queued for one person alone, stays where
 * it is.
 */
function sendOn(
  { at }: Facts,
  effects: Effects,
  { session, named, ruleId }: { session: BatchSession; named: NamedReceiver; ruleId: string },
): void {
  const { row } = session
  const lane = laneOf(effects.push, named)
  if (row.state !== queued || lane === null || lane === row.lane || isPrivate(row.lane)) return
  const moved = takeStep(row, {
    event: 'moveLane',
    who: 'job',
    actor: speakerActor(ruleId),
    reason: named.kind === 'user' ? 'named_agent' : 'named_group',
    at,
    place: { lane },
    kind: named.kind,
  })
  effects.ledger.push(moved.ledger)
  effects.events.push(...stepEvents('session.queued', moved))
  effects.behind.push(row.company_id)
  stepped(session, 'moved', moved)
}

function laneOf({ account, company }: Push, named: NamedReceiver): string | null {
  if (named.kind === 'other' || !canReceive({ ...company, accountId: account.account_id }, named)) {
    return null
  }
  return named.kind === 'group'
    ? groupLane(named.groupId, account.account_id)
    : privateLane(named.uid)
}
