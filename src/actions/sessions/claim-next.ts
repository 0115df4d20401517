import { setTimeout as sleep } from 'node:timers/promises'
import type { SessionRow } from '../../../entities/index.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { QueueEntry } from '../../ports.ts'
import { claimSession, type ClaimNeeds } from './claim-session.ts'
import { laneList } from './place.ts'
import { lanesFor, type Me } from './rights.ts'

const candidates = 5
const triesForMs = 8000
const pauseMs = 10

/** Being claimed in this process just now: the next agent takes the next session instead of waiting to lose this one. */
const inHands = new Set<string>()

/** The next one this agent may have, in queue order over all his lanes; null when there is none. */
export async function claimNext(
  needs: ClaimNeeds,
  me: Me,
  lane?: string,
): Promise<SessionRow | null> {
  const lanes = await lanesFor(needs.store.read, me.uid)
  if (lane !== undefined) refuseForeign(lanes, lane)
  const until = needs.clock.mono() + triesForMs
  const passed = new Set<string>()
  let lost = 0
  while (needs.clock.mono() < until) {
    const proposed = await propose(needs, {
      companyId: me.companyId,
      lanes: lane === undefined ? lanes : [lane],
      limit: candidates + inHands.size + lost + passed.size,
    }).then((entries) => entries.filter(({ id }) => !passed.has(id)))
    if (proposed.length === 0) return null
    const free = proposed.filter(({ id }) => !inHands.has(id))
    // who lost to another process looks a little further on: there they would meet again and again
    const entry = free[Math.floor(Math.random() * Math.min(lost + 1, free.length))]
    const session = entry && (await tryClaim(needs, me, { entry, lanes, passed }))
    if (session) return session
    if (entry) lost += passed.has(entry.id) ? 0 : 1
    else await sleep(Math.random() * pauseMs)
  }
  throw new AppError('overloaded', 'Too many claim at once: try again.')
}

function refuseForeign(lanes: string[], lane: string): void {
  if (lanes.includes(lane)) return
  throw new AppError(
    lane.startsWith('user:') ? 'reserved' : 'not_your_lane',
    `The lane ${lane} is not yours.`,
  )
}

type Wanted = { companyId: string; lanes: string[]; limit: number }

async function propose(
  needs: ClaimNeeds,
  { companyId, lanes, limit }: Wanted,
): Promise<QueueEntry[]> {
  const proposed = await needs.queue.heads(companyId, lanes, limit)
  if (proposed) return proposed
  const rows = (
    await Promise.all(lanes.map((lane) => needs.store.read.sessions.heads(companyId, lane, limit)))
  ).flat()
  return rows
    .map((row) => ({ id: row.session_id, lane: row.lane, rank: row.rank }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
}

async function tryClaim(
  needs: ClaimNeeds,
  me: Me,
  { entry, lanes, passed }: { entry: QueueEntry; lanes: string[]; passed: Set<string> },
): Promise<SessionRow | null> {
  inHands.add(entry.id)
  try {
    return await claimSession(needs, me, { sessionId: entry.id, lanes })
  } catch (error) {
    if (isAppError(error, 'session_already_claimed') || isAppError(error, 'not_found')) {
      await needs.queue.move(me.companyId, [{ id: entry.id, from: laneList(entry.lane), to: null }])
      return null
    }
    // nobody can answer here; whoever stands behind it does not wait for that
    if (isAppError(error, 'account_not_bound')) {
      passed.add(entry.id)
      return null
    }
    // it moved to another lane since it was proposed: the index will be told
    if (isAppError(error, 'reserved') || isAppError(error, 'not_your_lane')) return null
    throw error
  } finally {
    inHands.delete(entry.id)
  }
}
