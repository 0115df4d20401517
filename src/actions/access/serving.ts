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
  const [groupIds, identities, deputyOf] = [
    await unit.users.groupIds(uid),
    await unit.users.identities(uid),
    await unit.users.deputyOf(uid),
  ]
  return { uid, groupIds, accountIds: identities.map((row) => row.account_id), deputyOf }
}

const few = 16

/**
 * Returns the lanes in which a person looks for sessions to claim. Somebody in many groups and
 * accounts has very many lanes, so for them the shared lanes in which nobody is queued are left
 * out.
 */
export async function lanesToLookInto(
  unit: Unit,
  companyId: string,
  serving: Serving,
): Promise<string[]> {
  const lanes = lanesOf(serving)
  if (lanes.length <= few) return lanes
  const used = new Set(await unit.lanes.lanesInUse(companyId))
  return lanes.filter((lane) => isPrivate(lane) || used.has(lane))
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
