// After ten days without a line of the customer and none of a person to him, he belongs to nobody: his next message queues anew.
// The condition is asked again under lock, so that a push which comes first wins.
import { commonLane } from '../../../rules/routing.ts'
import { queued } from '../../../rules/session.ts'
import type { SessionRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'
import { writeEvents } from '../events.ts'
import { stepEvents, takeStep, writeStep } from '../sessions/step.ts'
import { tellStep, type TellNeeds } from '../sessions/tell-step.ts'

const dayMs = 24 * 3600_000
const most = 500

export async function reclaim(needs: TellNeeds, companyId: string): Promise<{ reclaimed: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { reclaimed: 0 }
  const idleMs = company.settings.reclaimDays * dayMs
  const idle = await needs.store.read.customers.idle(companyId, needs.clock.now() - idleMs, most)

  let reclaimed = 0
  for (const { wx_user_id: customerId } of idle) reclaimed += await reclaimOne(needs, companyId, { customerId, idleMs }) ? 1 : 0
  return { reclaimed }
}

async function reclaimOne(needs: TellNeeds, companyId: string, { customerId, idleMs }: { customerId: string, idleMs: number }): Promise<boolean> {
  const done = await needs.store.work('rest', async (unit) => {
    const at = needs.clock.now()
    const customer = await unit.customers.lock(companyId, customerId)
    if (!customer || customer.active_at > at - idleMs) return null
    const session = await unit.sessions.openOf(companyId, customerId)
    const place = session?.state === queued ? await placeAfter(unit, session) : undefined
    if (!session || place === null) {
      await unit.customers.save({ ...customer, customer_service_uid: -1, is_clue: 1, update_time: at })
      return { moved: null, events: [] }
    }

    const moved = takeStep(session, { event: 'reclaim', who: 'job', actor: 'job:reclaim', reason: 'reclaimed', at, ...(place && { place }) })
    await writeStep(unit, moved, { customer })
    const events = stepEvents(place ? 'session.queued' : 'session.reclaimed', moved)
    await writeEvents(needs, unit, events)
    return { moved, events }
  })

  if (done?.moved) await tellStep(needs, done.moved, done.events)
  return done !== null
}

/** Who waits for his own agent alone waits for everyone; in another lane he stays. */
const placeAfter = async (unit: Unit, session: SessionRow) =>
  session.lane?.startsWith('user:') ? { lane: await commonLaneOf(unit, session) } : null

export async function commonLaneOf(unit: Unit, session: { company_id: string, account_id: string }): Promise<string> {
  const account = await unit.accounts.find(session.company_id, session.account_id)
  return account ? commonLane(account) : 'all'
}
