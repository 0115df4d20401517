import { queued } from '../../../rules/session.ts'
import { writeEvents } from '../events.ts'
import { lockBoth } from '../sessions/rights.ts'
import { stepEvents, takeStep, writeStep } from '../sessions/step.ts'
import { tellStep, type TellNeeds } from '../sessions/tell-step.ts'
import { commonLaneOf } from './reclaim.ts'

const minuteMs = 60_000

/** Waited long enough for his own agent: the session goes on to the common lane and keeps its rank. */
export async function fallBack(needs: TellNeeds, companyId: string): Promise<{ moved: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { moved: 0 }
  const before = needs.clock.now() - company.settings.fallbackMinutes * minuteMs
  let moved = 0
  for (const { session_id: id } of await needs.store.read.sessions.reservedSince(companyId, before, 500)) {
    const done = await needs.store.work('rest', async (unit) => {
      const { customer, session } = await lockBoth(unit, companyId, id)
      if (session.state !== queued || !session.lane?.startsWith('user:') || (session.queued_at ?? Infinity) > before) return null
      const moved = takeStep(session, {
        event: 'moveLane', who: 'job', actor: 'job:fallback', reason: 'exclusive_agent_away', at: needs.clock.now(),
        place: { lane: await commonLaneOf(unit, session) },
      })
      await writeStep(unit, moved, { customer })
      const events = stepEvents('session.queued', moved)
      await writeEvents(needs, unit, events)
      return { moved, events }
    })
    if (!done) continue
    moved += 1
    await tellStep(needs, done.moved, done.events)
  }
  return { moved }
}
