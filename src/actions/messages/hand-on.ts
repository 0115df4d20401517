// What a rule does with the session: it goes to whom the rule names, or ends because nobody is needed.
import type { SessionRow } from '../../../entities/index.ts'
import type { Ended } from '../../../rules/answering.ts'
import type { Named } from '../../../rules/reception.ts'
import { privateLane } from '../../../rules/routing.ts'
import { closed, queued } from '../../../rules/session.ts'
import type { KnownCustomer } from '../../ports.ts'
import { queueEvent, sessionEvent } from '../events.ts'
import { listOf } from '../sessions/place.ts'
import type { Day } from './day.ts'
import { newSession, nextLedger } from './lines.ts'
import type { Taken } from './say.ts'
import { isThere } from './visits.ts'

/** A session that ends with the push that opened it: it is never in a lane. */
export function openToEnd(day: Day, { ids }: Taken, customer: KnownCustomer): SessionRow {
  const session = newSession(customer, { id: ids(), at: day.at })
  day.opened.push(session)
  day.ledger.push(nextLedger(session, { from: null, actor: `c:${customer.wx_user_id}`, reason: 'nobody_named', at: day.at }))
  return session
}

export function endAtOnce(day: Day, session: SessionRow, { ended, ruleId }: { ended: Exclude<Ended, null>, ruleId: string | null }): void {
  Object.assign(session, { state: closed, open_key: null, fence: session.fence + 1, closed_at: day.at, close_reason: ended })
  const actor = ruleId === null ? `c:${session.wx_user_id}` : `r:${ruleId}`
  day.ledger.push(nextLedger(session, { from: queued, actor, reason: ended, at: day.at }))
  day.events.push(...sessionEvent('session.closed', session, []))
}

/** Who waits already is sent on to the lane of whom the rule names, and keeps his rank; who has an agent, or waits for his own, stays. */
export function sendOn(day: Day, session: SessionRow, { named, ruleId }: { named: Named, ruleId: string }): void {
  const lane = laneOf(day, session, named)
  if (session.state !== queued || lane === null || lane === session.lane || session.lane?.startsWith('user:')) return
  const before = { from: listOf(session), lane: session.lane ?? '' }
  Object.assign(session, { lane, kind: named.kind })
  day.ledger.push(nextLedger(session, { from: queued, actor: `r:${ruleId}`, reason: named.kind === 'user' ? 'named_agent' : 'named_group', at: day.at }))
  day.events.push(queueEvent('session.queued', session, before.lane), queueEvent('session.queued', session, lane))
  if (!day.opened.includes(session) && !day.moved.some((one) => one.session === session)) day.moved.push({ session, from: before.from })
}

function laneOf(day: Day, session: SessionRow, named: Named): string | null {
  if (named.kind === 'other' || !isThere(day.visits, session.company_id, named)) return null
  if (named.kind === 'group') return `group:${named.groupId}`
  return day.agents.get(named.uid)?.enabled ? privateLane(named.uid) : null
}
