// Finds customers with whom no line has been exchanged for a long time, although they belong to an
// agent or have a session with one. The time of the last line is not indexed, so all such customers
// are walked through in pieces. A customer who matches in both ways is visited twice.
import { ownedStates } from '../../../rules/session/states.ts'
import type { Unit } from '../../ports.ts'
import { pieces } from '../sift.ts'

export type Silent = { wx_user_id: string; active_at: number }

export async function* silentSince(
  { customers, sessionTimers }: Pick<Unit, 'customers' | 'sessionTimers'>,
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
    for await (const rows of pieces<Awaited<ReturnType<typeof sessionTimers.sitting>>[number]>(
      (last, limit) =>
        sessionTimers.sitting(companyId, state, {
          at: last?.add_time ?? -1,
          id: last?.session_id ?? '',
          limit,
        }),
    )) {
      yield silent(rows)
    }
  }
}
