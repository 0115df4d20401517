import { commonLane, isPrivate, privateLane } from '../../../rules/session/lane.ts'
import { queued } from '../../../rules/session/states.ts'
import { isDue, minuteMs } from '../../../rules/session/timers.ts'
import { jobActor } from '../../../rules/session/actor.ts'
import { moveLanes, type LaneMove } from '../queue/move-lane.ts'
import { leaving, queuedBefore } from '../queue/in-lane.ts'
import type { TimerNeeds } from './timer.ts'

/**
 * Sessions that were queued long enough for one person alone, mostly their customer's exclusive
 * agent, move on to the common lane and keep their rank.
 */
export async function fallBack(needs: TimerNeeds, companyId: string): Promise<{ moved: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { moved: 0 }
  const { fallbackMinutes } = company.settings
  const move: LaneMove = {
    actor: jobActor('fallback'),
    reason: ({ lane }, customer) =>
      customer && lane === privateLane(customer.customer_service_uid)
        ? 'exclusive_agent_away'
        : 'named_agent_away',
    to: (session) =>
      session.state === queued &&
      isPrivate(session.lane) &&
      isDue(session.queued_at, fallbackMinutes, needs.clock.now())
        ? commonLane(session.account_id)
        : null,
  }
  const before = needs.clock.now() - fallbackMinutes * minuteMs
  let moved = 0
  for (const lane of await needs.store.read.lanes.inPrivateLanes(companyId)) {
    const who = leaving(needs.store.read, { companyId, lane }, queuedBefore(before))
    moved += await moveLanes(needs, { companyId, move, who })
  }
  return { moved }
}
