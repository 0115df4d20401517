import { groupLane } from '../../../rules/routing.ts'
import { queued } from '../../../rules/session.ts'
import type { Overflow } from '../../../rules/settings.ts'
import { minuteMs } from '../../../rules/timers.ts'
import { moveLanes, type LaneMove } from '../sessions/move-lane.ts'
import { commonLaneOf } from '../sessions/place.ts'
import type { TimerNeeds } from './timer.ts'

/**
 * Who waits for a group behind too many, or for too long, goes on to another group; both count since he queued, and his rank stays. Who
 * waits for a group without anybody in it waits for everyone after the fall-back delay.
 */
export async function overflowGroups(
  needs: TimerNeeds,
  companyId: string,
): Promise<{ moved: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { moved: 0 }
  const isManned = (groupId: number) =>
    company.staff.some((one) => one.enabled && one.groupIds.includes(groupId))
  const before = needs.clock.now() - company.settings.fallbackMinutes * minuteMs
  let moved = await leaveEmpty(needs, companyId, { isManned, before })
  for (const [groupId, { overflow }] of Object.entries(company.settings.groups)) {
    if (overflow && isManned(overflow.groupId)) {
      moved += await overflowOne(needs, companyId, { from: groupLane(Number(groupId)), overflow })
    }
  }
  return { moved }
}

type Empty = { isManned: (groupId: number) => boolean; before: number }

async function leaveEmpty(
  needs: TimerNeeds,
  companyId: string,
  { isManned, before }: Empty,
): Promise<number> {
  const { sessions } = needs.store.read
  let moved = 0
  for (const lane of await sessions.lanesInUse(companyId)) {
    if (!lane.startsWith('group:') || isManned(Number(lane.slice('group:'.length)))) continue
    moved += await moveLanes(needs, {
      companyId,
      next: (limit) => sessions.queuedBefore(companyId, lane, { before, limit }),
      move: {
        actor: 'job:overflow',
        reason: 'group_empty',
        to: async (unit, session) => (session.lane === lane ? commonLaneOf(unit, session) : null),
      },
    })
  }
  return moved
}

async function overflowOne(
  needs: TimerNeeds,
  companyId: string,
  { from, overflow }: { from: string; overflow: Overflow },
): Promise<number> {
  const { sessions } = needs.store.read
  const move = (reason: string): LaneMove => ({
    actor: 'job:overflow',
    reason,
    to: async (_unit, session) =>
      session.state === queued && session.lane === from ? groupLane(overflow.groupId) : null,
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
