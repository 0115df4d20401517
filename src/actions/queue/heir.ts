// Chooses who takes over a session from somebody who was disabled: of the agents who are online,
// the one with the fewest sessions. Only if none of them is online, somebody who is not.
import { mayHave } from '../../../rules/session/staff.ts'
import { presenceOf } from '../../../rules/session/presence.ts'
import type { SessionRow } from '../../../entities/index.ts'
import type { KnownCompany, Unit } from '../../ports.ts'

type HeirSearch = { company: KnownCompany; session: SessionRow; uids: number[]; at: number }

/**
 * Looks for an agent who is enabled, serves the account and seems to have room; null if there is
 * none. Whether there really is room is decided when the session is given.
 */
export async function findHeir(
  unit: Unit,
  { company: { staff }, session, uids, at }: HeirSearch,
): Promise<number | null> {
  const able = uids.filter((uid) => mayHave({ staff, accountId: session.account_id }, uid))
  if (able.length === 0) return null
  const presences = await unit.staff.presences(able)
  const isThere = (uid: number) =>
    presences.some((row) => row.uid === uid && presenceOf(row, at) === 'online')
  const [best] = (await unit.loads.of(able))
    .filter(({ load, capacity }) => load < capacity)
    .map((row) => ({ ...row, away: Number(!isThere(row.uid)) }))
    .sort((a, b) => a.away - b.away || a.load - b.load || a.turn - b.turn || a.uid - b.uid)
  return best?.uid ?? null
}
