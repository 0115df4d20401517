import { canReceive } from '../../../rules/session/staff.ts'
import { groupLane, readLane } from '../../../rules/session/lane.ts'
import type { Overflow } from '../../../rules/settings.ts'
import { minuteMs } from '../../../rules/session/timers.ts'
import { jobActor } from '../../../rules/session/actor.ts'
import type { KnownCompany } from '../../ports.ts'
import { leaveUnserved } from '../queue/leave-unserved.ts'
import { moveLanes, type LaneMove } from '../queue/move-lane.ts'
import { leaving, queuedBefore } from '../queue/in-lane.ts'
import type { TimerNeeds } from './timer.ts'

const atOnce = 50

/**
 * Sessions that wait for a group behind too many others, or for too long, move on to another group
 * and keep their rank. Sessions that wait where nobody serves them move to the common lane of the
 * account.
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

/**
 * Finds the lanes from which sessions may move on: those of groups for which an overflow into
 * another group is set, if somebody in that other group serves the account.
 */
async function fullLanes({ store }: TimerNeeds, { row, settings, staff }: KnownCompany) {
  const { groups } = settings
  if (!Object.values(groups).some(({ overflow }) => overflow)) return []
  const lanes = await store.read.lanes.lanesInUse(row.company_id)
  return lanes.flatMap((from): Full[] => {
    const where = readLane(from)
    if (where?.kind !== 'group') return []
    const { accountId } = where
    const overflow = groups[where.groupId]?.overflow
    const named = overflow && { kind: 'group' as const, groupId: overflow.groupId }
    return named && canReceive({ staff, accountId }, named) ? [{ from, accountId, overflow }] : []
  })
}

type Full = { from: string; accountId: string; overflow: Overflow }

async function overflowOne(
  needs: TimerNeeds,
  companyId: string,
  { from, accountId, overflow }: Full,
): Promise<number> {
  const move = (reason: string): LaneMove => ({
    actor: jobActor('overflow'),
    reason: () => reason,
    to: (session) => (session.lane === from ? groupLane(overflow.groupId, accountId) : null),
  })
  const before = needs.clock.now() - overflow.minutes * minuteMs
  const late =
    overflow.minutes === 0
      ? 0
      : await moveLanes(needs, {
          companyId,
          move: move('overflow_time'),
          who: leaving(needs.store.read, { companyId, lane: from }, queuedBefore(before)),
        })
  const many =
    overflow.waiting === 0
      ? 0
      : await moveLanes(needs, {
          companyId,
          move: move('overflow_many'),
          who: behind(needs, { companyId, lane: from, others: overflow.waiting }),
        })
  return late + many
}

/**
 * Yields the sessions of a lane that have too many others in front of them, until there are none
 * left. Since each session that leaves makes room for those behind it, the lane is read anew each
 * time.
 */
async function* behind(
  { store }: TimerNeeds,
  { companyId, lane, others }: { companyId: string; lane: string; others: number },
): AsyncGenerator<string[]> {
  for (let first = ''; ;) {
    const rows = await store.read.lanes.behind(companyId, lane, { others, limit: atOnce })
    const ids = rows.map((row) => row.session_id)
    if (ids[0] === undefined || ids[0] === first) return
    first = ids[0]
    yield ids
    if (ids.length < atOnce) return
  }
}
