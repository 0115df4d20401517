// A session that was not there before: whose is it, and where does it wait?
import type { SessionRow } from '../../../entities/index.ts'
import { namedBy, receives, type Named } from '../../../rules/reception.ts'
import { commonLane, rankOf, routeNewSession, type Wanted } from '../../../rules/routing.ts'
import type { Ids } from '../../ids.ts'
import type { KnownCustomer } from '../../ports.ts'
import { queueEvent, sessionEvent } from '../events.ts'
import type { Day } from './day.ts'
import { newSession, nextLedger } from './lines.ts'
import type { Push } from './push.ts'
import { isThere } from './visits.ts'

type Opening = { customer: KnownCustomer, named?: Named | undefined }

export function openSession(day: Day, { push, ids }: { push: Push, ids: Ids }, { customer, named = cameBy(day, customer) }: Opening): SessionRow {
  const session = newSession(customer, { id: ids(), at: day.at })
  session.kind = named.kind
  day.opened.push(session)
  const exclusive = day.agents.get(customer.customer_service_uid) ?? null
  const wanted = wantedOf(day, customer, named)
  const place = routeNewSession(exclusive, commonLane(push.account), wanted)
  const asked = exclusive?.enabled ? exclusive : wanted && 'agent' in wanted ? wanted.agent : null
  const step = { from: null, actor: `c:${customer.wx_user_id}`, reason: place.reason, at: day.at, ...(asked && { candidates: [{ ...asked }] }) }
  if (place.state === 0) {
    Object.assign(session, { state: 0, uid: place.uid, assigned_at: day.at, fence: 1 })
    day.raised.push(place.uid)
    if (asked) asked.load += 1
    day.ledger.push(nextLedger(session, step))
    day.events.push(...sessionEvent('session.assigned', session, [place.uid]))
    return session
  }
  Object.assign(session, { lane: place.lane, rank: rankOf(0, day.at), queued_at: day.at })
  day.ledger.push(nextLedger(session, step))
  day.events.push(queueEvent('session.queued', session, place.lane), ...sessionEvent('session.queued', session, []))
  return session
}

/** The code he once came by still says who receives him. */
function cameBy({ visits, at }: Day, customer: KnownCustomer): Named {
  const reception = customer.reception_id === null ? undefined : visits.byId.get(customer.reception_id)
  return reception && receives(reception, at) ? namedBy(reception) : { kind: 'other' }
}

/** Null when nobody is named, or he is not of this company. */
function wantedOf(day: Day, customer: KnownCustomer, named: Named): Wanted | null {
  if (named.kind === 'other' || !isThere(day.visits, customer.company_id, named)) return null
  if (named.kind === 'group') return { groupId: named.groupId }
  const agent = day.agents.get(named.uid)
  return agent ? { agent } : null
}
