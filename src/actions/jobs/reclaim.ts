// After ten days without a line of the customer and none of a person to him, he belongs to nobody: his next message queues anew.
// The condition is asked again under lock, so that a push which comes first wins.
import { commonLane } from '../../../rules/routing.ts'
import { closed, isOwned, queued } from '../../../rules/session.ts'
import type { Needs, Unit } from '../../ports.ts'
import { queueEvent, writeEvents, type Event } from '../events.ts'
import { endSession } from '../sessions/end-session.ts'
import { listOf, tellPlace } from '../sessions/place.ts'

const dayMs = 24 * 3600_000
const most = 500

type ReclaimNeeds = Needs<'store' | 'queue' | 'bus' | 'clock' | 'ids' | 'known'>

export async function reclaim(needs: ReclaimNeeds, companyId: string): Promise<{ reclaimed: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { reclaimed: 0 }
  const idleMs = company.settings.reclaimDays * dayMs
  const idle = await needs.store.read.customers.idle(companyId, needs.clock.now() - idleMs, most)

  let reclaimed = 0
  for (const { wx_user_id: customerId } of idle) reclaimed += await reclaimOne(needs, companyId, { customerId, idleMs }) ? 1 : 0
  return { reclaimed }
}

async function reclaimOne(needs: ReclaimNeeds, companyId: string, { customerId, idleMs }: { customerId: string, idleMs: number }): Promise<boolean> {
  const done = await needs.store.work('rest', async (unit) => {
    const at = needs.clock.now()
    const customer = await unit.customers.lock(companyId, customerId)
    if (!customer || customer.active_at > at - idleMs) return null
    const session = await unit.sessions.openOf(companyId, customerId)
    const from = session && listOf(session)
    const freed = { ...customer, customer_service_uid: -1, is_clue: 1, update_time: at }

    await unit.customers.save(freed)
    let events: Event[] = []
    let now = session
    if (session && isOwned(session.state)) {
      events = await endSession(unit, { customer: freed, session },
        { state: closed, actor: 'job:reclaim', reason: 'reclaimed', at, dropPending: false, event: 'session.reclaimed' })
    } else if (session?.state === queued && session.lane?.startsWith('user:')) {
      const lane = await commonLaneOf(unit, session)
      now = { ...session, lane }
      events = [queueEvent('session.queued', session, session.lane), queueEvent('session.queued', now, lane)]
      await unit.sessions.save(now)
    }
    await writeEvents(needs, unit, events)
    return { events, now, from }
  })

  if (!done) return false
  if (done.now) await tellPlace(needs, done.now, done.from)
  for (const { stream } of done.events) needs.bus.publish('stream', stream)
  return true
}

export async function commonLaneOf(unit: Unit, session: { company_id: string, account_id: string }): Promise<string> {
  const account = await unit.accounts.find(session.company_id, session.account_id)
  return account ? commonLane(account) : 'all'
}
