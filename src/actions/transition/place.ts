// Tells the queue index where a session is, after every commit that moved it. If this comes late,
// twice or never, a job repairs the index.
import type { SessionRow } from '../../../entities/index.ts'
import { laneList, waitingList } from '../../../rules/session/queue-list.ts'
import { queued, waiting } from '../../../rules/session/states.ts'
import type { Needs, ListPlace } from '../../ports.ts'

export type Placed = Pick<
  SessionRow,
  'session_id' | 'company_id' | 'state' | 'lane' | 'rank' | 'uid' | 'assigned_at'
>

export function listPlaceOf(session: Placed): ListPlace | null {
  if (session.state === queued && session.lane !== null) {
    return { list: laneList(session.lane), rank: session.rank ?? 0 }
  }
  if (session.state === waiting && session.uid !== null) {
    return { list: waitingList(session.uid), rank: session.assigned_at ?? 0 }
  }
  return null
}

/** The list of the queue index in which the session is; null if it is in none. */
export const listOf = (session: Placed): string | null => listPlaceOf(session)?.list ?? null

export async function tellPlace(
  needs: Needs<'queue'>,
  session: Placed,
  from: string | null,
): Promise<void> {
  const to = listPlaceOf(session)
  if (from === null && to === null) return
  await needs.queue.move(session.company_id, [{ id: session.session_id, from, to }])
}

/** Tells the queue index that sessions have a new rank in the lanes in which they wait. */
export async function tellRanks(needs: Needs<'queue'>, sessions: Placed[]): Promise<void> {
  for (const session of sessions) await tellPlace(needs, session, listOf(session))
}

/** Adds sessions that were just created to the queue index. */
export async function tellOpened(needs: Needs<'queue'>, sessions: Placed[]): Promise<void> {
  for (const companyId of new Set(sessions.map((session) => session.company_id))) {
    const own = sessions.filter((session) => session.company_id === companyId)
    await needs.queue.move(
      companyId,
      own.map((session) => ({ id: session.session_id, from: null, to: listPlaceOf(session) })),
    )
  }
}
