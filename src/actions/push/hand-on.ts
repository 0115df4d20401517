// Which session a push belongs to, and what a rule does with it: it goes to whom the rule names, or ends because nobody is needed.
import type { SessionRow } from '../../../entities/index.ts'
import { endsAtOnce, type Ended } from '../../../rules/answering.ts'
import type { Found } from '../../../rules/keyword.ts'
import type { Named } from '../../../rules/reception.ts'
import { isThere } from '../../../rules/assignment.ts'
import { commonLane, groupLane, isPrivate, privateLane } from '../../../rules/lane.ts'
import { queued } from '../../../rules/session.ts'
import type { KnownCustomer } from '../../ports.ts'
import { stepEvents, takeStep } from '../transition/step.ts'
import type { Day, Follower } from './day.ts'
import { newSession } from '../lines/new-rows.ts'
import { openSession } from './open-session.ts'
import type { Push } from './push.ts'
import type { Taken } from './say.ts'

type ForLine = { session: SessionRow; ended: Ended }

/** The open one, a new one that is given to people, or one that ends with this push. */
export function sessionFor(
  day: Day,
  taken: Taken,
  { follower, found }: { follower: Follower; found: Found | null },
): ForLine {
  const named = found?.rule.named
  if (follower.session) {
    if (!day.opened.includes(follower.session)) day.changed.add(follower.session)
    if (named) sendOn(day, taken.push, { session: follower.session, named, ruleId: found.rule.id })
    return { session: follower.session, ended: null }
  }
  const ended = endsAtOnce(taken.push.company.settings.queueWhen, found)
  if (ended) return { session: openToEnd(day, taken, follower.customer), ended }
  follower.session = openSession(day, taken, {
    customer: follower.customer,
    named: named ?? undefined,
  })
  return { session: follower.session, ended: null }
}

/** An event opens a session only where it, or the rule that answers it, names who receives. */
export function receiveAsNamed(
  day: Day,
  taken: Taken,
  { follower, named, found }: { follower: Follower; named: Named | null; found: Found | null },
): void {
  const whom = named ?? found?.rule.named
  if (!whom) return
  if (follower.session && found) {
    sendOn(day, taken.push, { session: follower.session, named: whom, ruleId: found.rule.id })
  }
  follower.session ??= openSession(day, taken, { customer: follower.customer, named: whom })
}

/** It is made and ended in one transaction, and stands in a lane only in between, where nobody sees it. */
function openToEnd(day: Day, { push, ids }: Taken, customer: KnownCustomer): SessionRow {
  const session = newSession(customer, { id: ids(), at: day.at })
  day.opened.push(session)
  const { ledger } = takeStep(session, {
    event: 'arrive',
    who: 'customer',
    actor: `c:${customer.wx_user_id}`,
    reason: 'nobody_named',
    at: day.at,
    place: { lane: commonLane(push.account.account_id) },
  })
  day.ledger.push(ledger)
  return session
}

export function endAtOnce(
  day: Day,
  session: SessionRow,
  { ended, ruleId }: { ended: Exclude<Ended, null>; ruleId: string | null },
): void {
  const moved = takeStep(session, {
    event: 'ruleClose',
    who: 'job',
    actor: ruleId === null ? `c:${session.wx_user_id}` : `r:${ruleId}`,
    reason: ended,
    at: day.at,
  })
  day.ledger.push(moved.ledger)
  // nobody heard that it was queued
  moved.before.lane = null
  day.events.push(...stepEvents('session.closed', moved))
}

/** Nothing can be said to a customer who has left. */
export function endUnsubscribed(day: Day, follower: Follower): void {
  const { session } = follower
  if (!session) return
  const isNew = day.opened.includes(session)
  const moved = takeStep(session, {
    event: 'unsubscribe',
    who: 'customer',
    actor: `c:${session.wx_user_id}`,
    reason: 'unsubscribed',
    at: day.at,
  })
  day.ledger.push(moved.ledger)
  day.events.push(...stepEvents('session.closed', moved))
  if (!isNew) day.ended.push({ session, from: moved.before.list })
  if (session.uid !== null) free(isNew ? day.given : day.freed, session.uid, isNew ? -1 : 1)
  follower.session = null
}

function free(counts: Map<number, number>, uid: number, by: number): void {
  counts.set(uid, (counts.get(uid) ?? 0) + by)
}

/** Who waits already is sent on to the lane of whom the rule names, and keeps his rank; who has an agent, or waits for his own, stays. */
function sendOn(
  day: Day,
  push: Push,
  { session, named, ruleId }: { session: SessionRow; named: Named; ruleId: string },
): void {
  const lane = laneOf(push, named)
  if (
    session.state !== queued ||
    lane === null ||
    lane === session.lane ||
    isPrivate(session.lane)
  ) {
    return
  }
  const moved = takeStep(session, {
    event: 'moveLane',
    who: 'job',
    actor: `r:${ruleId}`,
    reason: named.kind === 'user' ? 'named_agent' : 'named_group',
    at: day.at,
    place: { lane },
    kind: named.kind,
  })
  day.ledger.push(moved.ledger)
  day.events.push(...stepEvents('session.queued', moved))
  day.behind.add(session.company_id)
  if (!day.opened.includes(session) && !day.moved.some((one) => one.session === session)) {
    day.moved.push({ session, from: moved.before.list })
  }
}

function laneOf({ account, company }: Push, named: Named): string | null {
  if (named.kind === 'other' || !isThere({ ...company, accountId: account.account_id }, named)) {
    return null
  }
  return named.kind === 'group'
    ? groupLane(named.groupId, account.account_id)
    : privateLane(named.uid)
}
