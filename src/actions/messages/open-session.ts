// A session that was not there before: whose is it, and where does it wait?
import type { SessionRow } from '../../../entities/index.ts'
import { namedBy, receives, type Named } from '../../../rules/reception.ts'
import { commonLane, routeNewSession, type Agent, type Wanted } from '../../../rules/routing.ts'
import { exclusiveAfter } from '../../../rules/session.ts'
import type { Ids } from '../../ids.ts'
import type { KnownCustomer } from '../../ports.ts'
import { stepEvents, takeStep, type Moved } from '../sessions/step.ts'
import type { Day } from './day.ts'
import { newSession } from './lines.ts'
import type { Push } from './push.ts'
import { isThere } from './visits.ts'

type Opening = { customer: KnownCustomer, named?: Named | undefined }

export function openSession(day: Day, { push, ids }: { push: Push, ids: Ids }, { customer, named = cameBy(day, customer) }: Opening): SessionRow {
  const session = newSession(customer, { id: ids(), at: day.at })
  day.opened.push(session)
  const exclusive = day.agents.get(customer.customer_service_uid) ?? null
  const wanted = wantedOf(day, customer, named)
  const place = routeNewSession(exclusive, commonLane(push.account), wanted)
  const asked = askedFirst(exclusive, wanted)
  const by = { who: 'customer' as const, actor: `c:${customer.wx_user_id}`, reason: place.reason, at: day.at, kind: named.kind, ...(asked && { candidates: [{ ...asked }] }) }
  if (place.state === 0) {
    const moved = takeStep(session, { event: 'arriveNamed', owner: { uid: place.uid, customerServiceId: null }, ...by })
    day.raised.push(place.uid)
    if (asked) asked.load += 1
    belong(day, customer, exclusiveAfter(moved.transition, customer.customer_service_uid, place.uid))
    tell(day, 'session.assigned', moved)
  } else tell(day, 'session.queued', takeStep(session, { event: 'arrive', place: { lane: place.lane }, ...by }))
  return session
}

function tell(day: Day, type: string, moved: Moved): void {
  day.ledger.push(moved.ledger)
  day.events.push(...stepEvents(type, moved))
}

const askedFirst = (exclusive: Agent | null, wanted: Wanted | null): Agent | null =>
  exclusive?.enabled ? exclusive : wanted && 'agent' in wanted ? wanted.agent : null

/** Whose he is stands in an index: written only where it changes. */
function belong(day: Day, customer: KnownCustomer, uid: number): void {
  if (uid === customer.customer_service_uid) return
  customer.customer_service_uid = uid
  day.belong.push(customer)
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
