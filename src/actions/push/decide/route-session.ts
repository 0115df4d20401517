// Which session a push belongs to, and what a rule does with it: it goes to whom the rule names, or ends because nobody is needed.
import { endsAtOnce, type Ended } from '../../../../rules/auto-reply/answering.ts'
import { isThere } from '../../../../rules/session/assignment.ts'
import type { Found } from '../../../../rules/auto-reply/keyword.ts'
import { commonLane, groupLane, isPrivate, privateLane } from '../../../../rules/session/lane.ts'
import type { Named } from '../../../../rules/session/reception.ts'
import { queued } from '../../../../rules/session/session.ts'
import { stepEvents, takeStep } from '../../transition/step.ts'
import type { Effects } from './effects.ts'
import { stepped } from './end-session.ts'
import type { BatchSession, Facts } from './facts.ts'
import { newBatchSession, openSession } from './open-session.ts'
import type { Push } from './push.ts'

/** The open one, a new one that is given to people, or one that ends with this push. */
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

/** An event opens a session only where it, or the rule that answers it, names who receives. */
export function receiveAsNamed(
  facts: Facts,
  effects: Effects,
  { named, found }: { named: Named | null; found: Found | null },
): void {
  const whom = named ?? found?.rule.named
  if (!whom) return
  const { open } = effects
  if (!open) openSession(facts, effects, whom)
  else if (found) sendOn(facts, effects, { session: open, named: whom, ruleId: found.rule.id })
}

/** It is made and ended in one transaction, and stands in a lane only in between, where nobody sees it. */
function openToEnd(facts: Facts, effects: Effects): BatchSession {
  const { push, customer } = effects
  const session = newBatchSession(facts, effects)
  effects.ended.push(session)
  const { ledger } = takeStep(session.row, {
    event: 'arrive',
    who: 'customer',
    actor: `c:${customer.wx_user_id}`,
    reason: 'nobody_named',
    at: facts.at,
    place: { lane: commonLane(push.account.account_id) },
  })
  effects.ledger.push(ledger)
  return session
}

/** Who waits already is sent on to the lane of whom the rule names, and keeps the rank; who has an agent, or waits for their own, stays. */
function sendOn(
  { at }: Facts,
  effects: Effects,
  { session, named, ruleId }: { session: BatchSession; named: Named; ruleId: string },
): void {
  const { row } = session
  const lane = laneOf(effects.push, named)
  if (row.state !== queued || lane === null || lane === row.lane || isPrivate(row.lane)) return
  const moved = takeStep(row, {
    event: 'moveLane',
    who: 'job',
    actor: `r:${ruleId}`,
    reason: named.kind === 'user' ? 'named_agent' : 'named_group',
    at,
    place: { lane },
    kind: named.kind,
  })
  effects.ledger.push(moved.ledger)
  effects.events.push(...stepEvents('session.queued', moved))
  effects.behind.push(row.company_id)
  stepped(session, 'moved', moved.before.list)
}

function laneOf({ account, company }: Push, named: Named): string | null {
  if (named.kind === 'other' || !isThere({ ...company, accountId: account.account_id }, named)) {
    return null
  }
  return named.kind === 'group'
    ? groupLane(named.groupId, account.account_id)
    : privateLane(named.uid)
}
