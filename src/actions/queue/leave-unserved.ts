// Moves sessions out of lanes that nobody can serve, to the common lane of their account with the
// same rank. Such lanes belong to a group that was deleted or has nobody who serves the account, or
// to a person who is disabled or no longer serves it, or have a name that this release cannot read.
import { mayHave, type Staff } from '../../../rules/session/staff.ts'
import { commonLane, readLane } from '../../../rules/session/lane.ts'
import { jobActor } from '../../../rules/session/actor.ts'
import type { Unit } from '../../ports.ts'
import { staffOf } from './staff.ts'
import type { AssignNeeds } from './assign-queued.ts'
import { leaving, standingIn } from './in-lane.ts'
import { moveLanes } from './move-lane.ts'

type LaneOfAccount = { lane: string; accountId: string }

export async function leaveUnserved(
  needs: AssignNeeds,
  companyId: string,
  worksForMs?: number,
): Promise<number> {
  const { read } = needs.store
  const places = await placesInUse(read, companyId)
  if (places.length === 0) return 0
  const staff = await staffOf(read, companyId)
  let moved = 0
  for (const { lane, accountId } of places) {
    if (isServed(staff, { lane, accountId })) continue
    moved += await moveLanes(needs, {
      companyId,
      ...(worksForMs !== undefined && { worksForMs }),
      who: leaving(read, { companyId, lane }, (one) => one.account_id === accountId),
      move: {
        actor: jobActor('overflow'),
        reason: () => (readLane(lane)?.kind === 'user' ? 'agent_gone' : 'group_empty'),
        to: (session) => (session.lane === lane ? commonLane(session.account_id) : null),
      },
    })
  }
  return moved
}

/**
 * Called after a change that may have left a lane without anyone. If it does not finish, the job
 * does.
 */
export async function leaveUnservedSoon(needs: AssignNeeds, companyId: string): Promise<number> {
  try {
    return await leaveUnserved(needs, companyId, 2000)
  } catch (error) {
    needs.log.warn(
      { companyId, error: String(error) },
      'who waits where nobody serves them could not be moved on; the job tries again',
    )
    return 0
  }
}

/**
 * All lanes with queued sessions except the common ones, with the accounts of those sessions, to
 * check whether anybody serves them.
 */
async function placesInUse(unit: Unit, companyId: string): Promise<LaneOfAccount[]> {
  const { lanes } = unit
  const shared = (await lanes.lanesInUse(companyId)).filter(
    (lane) => readLane(lane)?.kind !== 'account',
  )
  const places = shared.flatMap((lane): LaneOfAccount[] => {
    const where = readLane(lane)
    return where?.kind === 'group' ? [{ lane, accountId: where.accountId }] : []
  })
  const others = [
    ...shared.filter((lane) => readLane(lane) === null),
    ...(await lanes.inPrivateLanes(companyId)),
  ]
  for (const lane of others) {
    const accounts = new Set<string>()
    for await (const rows of standingIn(unit, companyId, lane)) {
      for (const row of rows) accounts.add(row.account_id)
    }
    places.push(...[...accounts].map((accountId) => ({ lane, accountId })))
  }
  return places
}

function isServed(staff: readonly Staff[], { lane, accountId }: LaneOfAccount): boolean {
  const where = readLane(lane)
  if (where === null) return false
  if (where.kind === 'account') return true
  const serve = staff.filter((one) => mayHave({ staff, accountId }, one))
  return where.kind === 'group'
    ? serve.some((one) => one.groupIds.includes(where.groupId))
    : serve.some((one) => one.uid === where.uid)
}
