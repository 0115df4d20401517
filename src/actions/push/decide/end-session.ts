// Sessions that end with a push, because a rule's answer was enough or because the customer left.
import type { Ended } from '../../../../rules/auto-reply/answering.ts'
import { customerActor, speakerActor } from '../../../../rules/session/actor.ts'
import { stepEvents } from '../../transition/step-events.ts'
import { takeStep, type Moved } from '../../transition/take-step.ts'
import type { Effects } from './effects.ts'
import type { BatchSession, Facts } from './facts.ts'

export function endAtOnce(
  { at }: Facts,
  { ledger, events }: Effects,
  {
    session,
    ended,
    ruleId,
  }: { session: BatchSession; ended: Exclude<Ended, null>; ruleId: string | null },
): void {
  const { row } = session
  const moved = takeStep(row, {
    event: 'ruleClose',
    who: 'job',
    actor: ruleId === null ? customerActor(row.wx_user_id) : speakerActor(ruleId),
    reason: ended,
    at,
  })
  session.row = moved.session
  ledger.push(moved.ledger)
  // the session was queued only within this transaction and nobody was told so; its lane is left
  // out here, so that nobody is told that it leaves the queue
  const unseen = { ...moved, before: { ...moved.before, lane: null } }
  events.push(...stepEvents('session.closed', unseen))
}

/**
 * Ends the open session of a customer who no longer follows the account. They cannot be written to
 * any more, so nothing is said to them.
 */
export function endUnsubscribed({ at }: Facts, effects: Effects): void {
  const { open } = effects
  if (!open) return
  const moved = takeStep(open.row, {
    event: 'unsubscribe',
    who: 'customer',
    actor: customerActor(open.row.wx_user_id),
    reason: 'unsubscribed',
    at,
  })
  effects.ledger.push(moved.ledger)
  effects.events.push(...stepEvents('session.closed', moved))
  stepped(open, 'ended', moved)
  const { uid } = open.row
  if (uid !== null) (open.isNew ? effects.withdrawn : effects.freed).push(uid)
  effects.ended.push(open)
  effects.open = null
}

/**
 * Adds what a step changes to what the batch will write for the session. It also keeps the list in
 * which the queue index knows the session: the one before the first step of the batch.
 */
export function stepped(
  session: BatchSession,
  step: 'moved' | 'ended',
  { session: row, before, patch }: Moved,
): void {
  session.row = row
  if (session.step === null) session.from = before.list
  session.step = step
  session.patch = { ...session.patch, ...patch }
}
