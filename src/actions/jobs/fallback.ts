import type { Needs } from '../../ports.ts'
import { queued } from '../../../rules/session.ts'
import { queueEvent, writeEvents } from '../events.ts'
import { listOf, tellPlace } from '../sessions/place.ts'
import { lockBoth } from '../sessions/rights.ts'
import { commonLaneOf } from './reclaim.ts'

const minuteMs = 60_000

/** Waited long enough for his own agent: the session goes on to the common lane and keeps its rank. */
export async function fallBack(needs: Needs<'store' | 'queue' | 'bus' | 'clock' | 'ids' | 'known'>, companyId: string): Promise<{ moved: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { moved: 0 }
  const before = needs.clock.now() - company.settings.fallbackMinutes * minuteMs
  let moved = 0
  for (const { session_id: id } of await needs.store.read.sessions.reservedSince(companyId, before, 500)) {
    const done = await needs.store.work('rest', async (unit) => {
      const { session: seen } = await lockBoth(unit, companyId, id)
      if (seen.state !== queued || !seen.lane?.startsWith('user:') || (seen.queued_at ?? Infinity) > before) return null
      const now = { ...seen, lane: await commonLaneOf(unit, seen) }
      await unit.sessions.save(now)
      await writeEvents(needs, unit, [queueEvent('session.queued', now, seen.lane), queueEvent('session.queued', now, now.lane)])
      return { now, from: listOf(seen) }
    })
    if (!done) continue
    moved += 1
    await tellPlace(needs, done.now, done.from)
    needs.bus.publish('stream', `queue:${done.now.lane}`)
  }
  return { moved }
}
