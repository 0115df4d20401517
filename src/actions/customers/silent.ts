// Followers nobody has written to or heard from since, who still belong to an agent or sit with one. All who do are walked through, piece
// by piece, because when they were last heard of stands in no index; who does both is met twice.
import { ownedStates } from '../../../rules/session/session.ts'
import type { Unit } from '../../ports.ts'
import { pieces } from '../sift.ts'

export type Silent = { wx_user_id: string; active_at: number }

export async function* silentSince(
  { customers, sessions }: Pick<Unit, 'customers' | 'sessions'>,
  companyId: string,
  before: number,
): AsyncGenerator<Silent[]> {
  const silent = (rows: Silent[]): Silent[] => rows.filter((row) => row.active_at <= before)
  let uid = await customers.nextOwner(companyId, 0)
  while (uid !== null) {
    const owner = uid
    for await (const rows of pieces<Silent>((last, limit) =>
      customers.owned(companyId, { uid: owner, after: last?.wx_user_id ?? '', limit }),
    )) {
      yield silent(rows)
    }
    uid = await customers.nextOwner(companyId, owner)
  }
  for (const state of ownedStates) {
    for await (const rows of pieces<Awaited<ReturnType<typeof sessions.sitting>>[number]>(
      (last, limit) =>
        sessions.sitting(companyId, state, {
          at: last?.add_time ?? -1,
          id: last?.session_id ?? '',
          limit,
        }),
    )) {
      yield silent(rows)
    }
  }
}
