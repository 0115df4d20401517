// Reclaims customers: after `reclaimDays` (ten, if the company does not change it) in which neither
// the customer nor any person wrote a line, the customer no longer belongs to an agent, and their
// next message queues as if they had never had one. The condition is checked again under lock, so a
// message that arrives just before wins.
import { commonLane, isPrivate } from '../../../rules/session/lane.ts'
import { queued } from '../../../rules/session/states.ts'
import { dayMs } from '../../../rules/session/timers.ts'
import { jobActor } from '../../../rules/session/actor.ts'
import { clueAfter, nobody } from '../../../rules/session/exclusive.ts'
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'
import { commitStep, type Committed } from '../transition/commit-step.ts'
import { takeStep } from '../transition/take-step.ts'
import { tellStep } from '../transition/tell-step.ts'
import { silentSince } from '../customers/silent.ts'
import { writeMissed, type TimerNeeds } from './timer.ts'

const worksForMs = 30_000

export async function reclaim(
  needs: TimerNeeds,
  companyId: string,
): Promise<{ reclaimed: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { reclaimed: 0 }
  const idleMs = company.settings.reclaimDays * dayMs
  const before = needs.clock.now() - idleMs
  const until = needs.clock.mono() + worksForMs

  let reclaimed = 0
  for await (const silent of silentSince(needs.store.read, companyId, before)) {
    for (const { wx_user_id: customerId } of silent) {
      reclaimed += (await reclaimOne(needs, companyId, { customerId, idleMs })) ? 1 : 0
    }
    if (needs.clock.mono() > until) break
  }
  return { reclaimed }
}

async function reclaimOne(
  needs: TimerNeeds,
  companyId: string,
  { customerId, idleMs }: { customerId: string; idleMs: number },
): Promise<boolean> {
  const done = await needs.store.work('rest', async (unit) => {
    const at = needs.clock.now()
    const customer = await unit.customers.lock(companyId, customerId)
    if (!customer || customer.active_at > at - idleMs) return null
    const session = await unit.sessions.openOf(companyId, customerId)
    const uid = ownerOf(customer, session)
    if (uid === null) return null

    unit.missed.addReclaimed({
      reclaimed_id: needs.ids(),
      company_id: companyId,
      wx_user_id: customerId,
      session_id: session?.session_id ?? null,
      at,
      undone_at: null,
      uid,
    })
    return { moved: await writeReclaim(needs, unit, { customer, session, at }) }
  })

  if (done?.moved) await tellStep(needs, done.moved)
  return done !== null
}

/**
 * The agent from whom a silent customer is reclaimed: their exclusive agent or, if they have none,
 * the owner of their session.
 */
const ownerOf = (customer: CustomerRow, session: SessionRow | null) =>
  customer.customer_service_uid > 0 ? customer.customer_service_uid : (session?.uid ?? null)

type ReclaimedCustomer = { customer: CustomerRow; session: SessionRow | null; at: number }

async function writeReclaim(
  needs: TimerNeeds,
  unit: Unit,
  { customer, session, at }: ReclaimedCustomer,
): Promise<Committed | null> {
  const place = session?.state === queued ? placeAfter(session) : undefined
  if (!session || place === null) {
    unit.customers.change(customer.company_id, customer.wx_user_id, {
      customer_service_uid: nobody,
      is_clue: clueAfter(customer.is_clue, nobody),
      update_time: at,
    })
    return null
  }
  const moved = takeStep(session, {
    event: 'reclaim',
    who: 'job',
    actor: jobActor('reclaim'),
    reason: 'reclaimed',
    at,
    ...(place && { place }),
  })
  writeMissed(unit, moved)
  const says = place ? 'session.queued' : 'session.reclaimed'
  return commitStep(needs, unit, { moved, customer, says })
}

/**
 * Where the session of a reclaimed customer is queued afterwards: if it waited in the private lane
 * of its exclusive agent it moves to the common lane; in any other lane it stays.
 */
const placeAfter = (session: SessionRow) =>
  isPrivate(session.lane) ? { lane: commonLane(session.account_id) } : null
