// Tells the queue index where a session is, after every commit that moved it. If this comes late,
// twice or never, a job repairs the index.
import type { SessionRow } from '../../../entities/index.ts'
import { laneList, waitingList } from '../../../rules/session/queue-list.ts'
import { queued, waiting } from '../../../rules/session/states.ts'
import type { ListPlace, Move, Needs } from '../../ports.ts'

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

export const tellPlace = (
  needs: Needs<'queue'>,
  session: Placed,
  from: string | null,
): Promise<void> => tellPlaces(needs, [{ session, from }])

/** Tells the places of several sessions, with one request for each company. */
export async function tellPlaces(
  needs: Needs<'queue'>,
  moved: { session: Placed; from: string | null }[],
): Promise<void> {
  const moves = new Map<string, Move[]>()
  for (const { session, from } of moved) {
    const to = listPlaceOf(session)
    if (from === null && to === null) continue
    const own = moves.get(session.company_id) ?? []
    moves.set(session.company_id, [...own, { id: session.session_id, from, to }])
  }
  for (const [companyId, own] of moves) await needs.queue.move(companyId, own)
}

/** Tells the queue index that sessions have a new rank in the lanes in which they wait. */
export const tellRanks = (needs: Needs<'queue'>, sessions: Placed[]): Promise<void> =>
  tellPlaces(
    needs,
    sessions.map((session) => ({ session, from: listOf(session) })),
  )

/** Adds sessions that were just created to the queue index. */
export const tellOpened = (needs: Needs<'queue'>, sessions: Placed[]): Promise<void> =>
  tellPlaces(
    needs,
    sessions.map((session) => ({ session, from: null })),
  )
