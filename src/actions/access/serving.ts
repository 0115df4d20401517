// Finds out which customers a person may serve: by their accounts, their groups and the agents they
// are deputy for.
import {
  isPrivate,
  lanesOf,
  readLane,
  whyNotFrom,
  type Lane,
  type Serving,
} from '../../../rules/session/lane.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Unit } from '../../ports.ts'

export async function servingOf(unit: Unit, uid: number): Promise<Serving> {
  return (await servingOfAll(unit, [uid])).get(uid) ?? servesNobody(uid)
}

export const servesNobody = (uid: number): Serving => ({
  uid,
  groupIds: [],
  accountIds: [],
  deputyOf: [],
})

/** Finds out for several people at once whom each of them may serve. */
export async function servingOfAll(unit: Unit, uids: number[]): Promise<Map<number, Serving>> {
  const [groups, identities, deputies] = [
    await unit.users.groupsOf(uids),
    await unit.users.identitiesOf(uids),
    await unit.users.deputiesAmong(uids),
  ]
  const found = new Map(
    uids.map((uid) => [
      uid,
      { uid, groupIds: [] as number[], accountIds: [] as string[], deputyOf: [] as number[] },
    ]),
  )
  for (const row of groups) found.get(row.uid)?.groupIds.push(row.user_group_id)
  for (const row of identities) found.get(row.uid)?.accountIds.push(row.account_id)
  for (const row of deputies) found.get(row.deputy_uid)?.deputyOf.push(row.uid)
  return found
}

const few = 16

/**
 * Returns the lanes in which a person looks for sessions to claim. Somebody in many groups and
 * accounts has very many lanes, so for them the shared lanes in which nobody is queued are left
 * out.
 */
export const lanesToLookInto = (
  unit: Unit,
  companyId: string,
  serving: Serving,
): Promise<string[]> => openLanes(unit, companyId)(serving)

/** Does the same for several people of a company, and reads at most once in which lanes some wait. */
export function openLanes(unit: Unit, companyId: string): (serving: Serving) => Promise<string[]> {
  let inUse: Set<string> | undefined
  return async (serving) => {
    const lanes = lanesOf(serving)
    if (lanes.length <= few) return lanes
    const used = (inUse ??= new Set(await unit.lanes.lanesInUse(companyId)))
    return lanes.filter((lane) => isPrivate(lane) || used.has(lane))
  }
}

export const mayServe = (session: SessionRow, serving: Serving): boolean =>
  whyNotFrom(readLane(session.lane), session.account_id, serving) === null

/**
 * Refuses a lane from which the person may not claim. `accountId` is the account of the queued
 * session, if the call is about one particular session.
 */
export function refuseForeignLane(name: string | null, serving: Serving, accountId?: string): void {
  const lane = readLane(name)
  const why = whyNotFrom(lane, accountId ?? accountOf(lane, serving), serving)
  if (why !== null) throw new AppError(why, words[why](name ?? ''))
}

const accountOf = (lane: Lane | null, { accountIds }: Serving) =>
  lane === null || lane.kind === 'user' ? (accountIds[0] ?? '') : lane.accountId

const words = {
  reserved: () => 'This customer waits for an agent of their own.',
  not_your_lane: (lane: string) => `The lane ${lane} is not one of yours.`,
  agent_not_on_account: () => 'You do not serve this account: an admin adds it to your accounts.',
}
