// When a customer gets another exclusive agent, their queued session moves to that person's private
// lane; when they no longer have one, it moves to where it would have waited without one. It keeps
// its rank, and the time it waits for one person starts anew.
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import { commonLane, groupLane, isPrivate, privateLane } from '../../../rules/session/lane.ts'
import { namedBy } from '../../../rules/session/reception.ts'
import { queued } from '../../../rules/session/states.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import type { Needs, Unit } from '../../ports.ts'
import type { Me } from '../access/caller.ts'
import { commitStep, type Committed } from '../transition/commit-step.ts'
import { takeStep } from '../transition/take-step.ts'

type ExclusiveChange = { customer: CustomerRow; session: SessionRow | null; me: Me; at: number }

/**
 * Moves the customer's queued session to another lane after their exclusive agent changed. Null if
 * it stays where it is.
 */
export async function followExclusive(
  needs: Needs<'ids' | 'clock'>,
  unit: Unit,
  { customer, session, me, at }: ExclusiveChange,
): Promise<Committed | null> {
  if (session?.state !== queued) return null
  const lane = await laneOf(unit, customer, session)
  if (lane === null || lane === session.lane) return null
  const moved = takeStep(session, {
    event: 'moveLane',
    who: 'job',
    actor: agentActor(me.uid),
    reason: 'exclusive_agent_changed',
    at,
    place: { lane, queuedAt: at },
  })
  return commitStep(needs, unit, { moved, customer, says: 'session.queued' })
}

async function laneOf(
  unit: Unit,
  customer: CustomerRow,
  session: SessionRow,
): Promise<string | null> {
  if (customer.customer_service_uid > 0) return privateLane(customer.customer_service_uid)
  if (!isPrivate(session.lane)) return null
  const groupId = await groupCameFor(unit, customer, session)
  return groupId === null ? commonLane(session.account_id) : groupLane(groupId, session.account_id)
}

/**
 * Returns the group that receives customers of the QR code by which this one came, as long as a
 * member of the group serves the account.
 */
async function groupCameFor(
  unit: Unit,
  { company_id: companyId, reception_id: id }: CustomerRow,
  session: SessionRow,
): Promise<number | null> {
  const reception =
    session.kind === 'group' && id !== null ? await unit.visits.findReception(companyId, id) : null
  const named = reception && namedBy(reception)
  if (named?.kind !== 'group') return null
  return (await unit.groups.countServing(named.groupId, session.account_id)) > 0
    ? named.groupId
    : null
}
