import { isThere } from '../../../rules/assignment.ts'
import { groupLane, readLane } from '../../../rules/lane.ts'
import type { Overflow } from '../../../rules/settings.ts'
import { minuteMs } from '../../../rules/timers.ts'
import type { KnownCompany } from '../../ports.ts'
import { leaveUnserved } from '../queue/leave-unserved.ts'
import { moveLanes, type LaneMove } from '../queue/move-lane.ts'
import type { TimerNeeds } from './timer.ts'

/**
 * Who waits for a group behind too many, or for too long, goes on to another group; both count since they queued, and their rank stays.
 * Who waits where nobody serves them waits for everyone of the account.
 */
export async function overflowGroups(
  needs: TimerNeeds,
  companyId: string,
): Promise<{ moved: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { moved: 0 }
  let moved = await leaveUnserved(needs, companyId)
  for (const full of await fullLanes(needs, company)) {
    moved += await overflowOne(needs, companyId, full)
  }
  return { moved }
}

/** Lanes of groups from which one may go on, where somebody of the next group serves the account. */
async function fullLanes({ store }: TimerNeeds, { row, settings, staff }: KnownCompany) {
  const { groups } = settings
  if (!Object.values(groups).some(({ overflow }) => overflow)) return []
  const lanes = await store.read.sessions.lanesInUse(row.company_id)
  return lanes.flatMap((from): Full[] => {
    const where = readLane(from)
    if (where?.kind !== 'group') return []
    const { accountId } = where
    const overflow = groups[where.groupId]?.overflow
    const named = overflow && { kind: 'group' as const, groupId: overflow.groupId }
    return named && isThere({ staff, accountId }, named) ? [{ from, accountId, overflow }] : []
  })
}

type Full = { from: string; accountId: string; overflow: Overflow }

async function overflowOne(
  needs: TimerNeeds,
  companyId: string,
  { from, accountId, overflow }: Full,
): Promise<number> {
  const { sessions } = needs.store.read
  const move = (reason: string): LaneMove => ({
    actor: 'job:overflow',
    reason,
    to: (session) => (session.lane === from ? groupLane(overflow.groupId, accountId) : null),
  })
  const before = needs.clock.now() - overflow.minutes * minuteMs
  const late =
    overflow.minutes === 0
      ? 0
      : await moveLanes(needs, {
          companyId,
          move: move('overflow_time'),
          next: (limit) => sessions.queuedBefore(companyId, from, { before, limit }),
        })
  const many =
    overflow.waiting === 0
      ? 0
      : await moveLanes(needs, {
          companyId,
          move: move('overflow_many'),
          next: (limit) => sessions.behind(companyId, from, { others: overflow.waiting, limit }),
        })
  return late + many
}
