import type { SessionRow } from '../../../entities/index.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { QueueEntry } from '../../ports.ts'
import { claimSession, type ClaimNeeds } from './claim-session.ts'
import { laneList } from './place.ts'
import { lanesFor, type Me } from './rights.ts'

const candidates = 5
const rounds = 20

/** The next one this agent may have, in queue order over all his lanes; null when there is none. */
export async function claimNext(needs: ClaimNeeds, me: Me, lane?: string): Promise<SessionRow | null> {
  const lanes = await lanesFor(needs.store.read, me.uid)
  if (lane !== undefined && !lanes.includes(lane)) {
    throw new AppError(lane.startsWith('user:') ? 'reserved' : 'not_your_lane', `The lane ${lane} is not yours.`)
  }
  for (let round = 0; round < rounds; round += 1) {
    const proposed = await propose(needs, me.companyId, lane === undefined ? lanes : [lane])
    if (proposed.length === 0) return null
    for (const entry of proposed) {
      const session = await tryClaim(needs, me, entry)
      if (session) return session
    }
  }
  return null
}

async function propose(needs: ClaimNeeds, companyId: string, lanes: string[]): Promise<QueueEntry[]> {
  const proposed = await needs.queue.heads(companyId, lanes, candidates)
  if (proposed) return proposed
  const rows = (await Promise.all(lanes.map((lane) => needs.store.read.sessions.heads(companyId, lane, candidates)))).flat()
  return rows.map((row) => ({ id: row.session_id, lane: row.lane, rank: row.rank }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1)).slice(0, candidates)
}

async function tryClaim(needs: ClaimNeeds, me: Me, entry: QueueEntry): Promise<SessionRow | null> {
  try {
    return await claimSession(needs, me, entry.id)
  } catch (error) {
    if (isAppError(error, 'session_already_claimed') || isAppError(error, 'not_found')) {
      await needs.queue.move(me.companyId, [{ id: entry.id, from: laneList(entry.lane), to: null }])
      return null
    }
    // it moved to another lane since it was proposed: the index will be told
    if (isAppError(error, 'reserved') || isAppError(error, 'not_your_lane')) return null
    throw error
  }
}
