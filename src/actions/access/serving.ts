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
 * A person's groups times their accounts can be far more lanes than those in which anybody waits,
 * so only the latter are returned.
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

/** `accountId` is the account of the waiting session, if one particular session is meant. */
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
