import { queued } from '../../../rules/session.ts'
import { isDue, minuteMs } from '../../../rules/timers.ts'
import type { SessionRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'
import { moveLanes, type LaneMove } from '../sessions/move-lane.ts'
import { commonLaneOf } from '../sessions/place.ts'
import type { TimerNeeds } from './timer.ts'

/** Waited long enough for his own agent: the session goes on to the common lane and keeps its rank. */
export async function fallBack(needs: TimerNeeds, companyId: string): Promise<{ moved: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { moved: 0 }
  const { fallbackMinutes } = company.settings
  const move: LaneMove = {
    actor: 'job:fallback',
    reason: 'exclusive_agent_away',
    to: async (unit: Unit, session: SessionRow) => {
      const isHis = session.state === queued && session.lane?.startsWith('user:') === true
      return isHis && isDue(session.queued_at, fallbackMinutes, needs.clock.now())
        ? commonLaneOf(unit, session)
        : null
    },
  }
  const before = needs.clock.now() - fallbackMinutes * minuteMs
  return {
    moved: await moveLanes(needs, {
      companyId,
      move,
      next: (limit) => needs.store.read.sessions.reservedSince(companyId, before, limit),
    }),
  }
}
