import { setTimeout as sleep } from 'node:timers/promises'
import type { Serving } from '../../../rules/session/lane.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { QueueEntry } from '../../ports.ts'
import { claimSession, type ClaimNeeds } from './claim-session.ts'
import { laneList } from '../../../rules/session/queue-list.ts'
import type { Me } from '../access/caller.ts'
import { lanesToLookInto, refuseForeignLane, servingOf } from '../access/serving.ts'

const candidates = 5
const triesForMs = 8000
const pauseMs = 10

/**
 * Sessions that are being claimed in this process at the moment. Other agents do not try to claim
 * them too, because they would lose; they try the next session.
 */
const inHands = new Set<string>()

/**
 * Claims the next session for this agent, in queue order over all lanes they serve. Null if no
 * session is queued in them.
 */
export async function claimNext(
  needs: ClaimNeeds,
  me: Me,
  lane?: string,
): Promise<SessionRow | null> {
  const serving = await servingOf(needs.store.read, me.uid)
  if (lane !== undefined) refuseForeignLane(lane, serving)
  const lanes = await claimableLanes(needs, me, serving)
  const until = needs.clock.mono() + triesForMs
  const passed = new Set<string>()
  let lost = 0
  while (needs.clock.mono() < until) {
    const proposed = await propose(needs, {
      companyId: me.companyId,
      lanes: lane === undefined ? lanes : lanes.filter((one) => one === lane),
      limit: candidates + inHands.size + lost + passed.size,
    }).then((entries) => entries.filter(({ id }) => !passed.has(id)))
    if (proposed.length === 0) return null
    const free = proposed.filter(({ id }) => !inHands.has(id))
    // an agent who lost a session to another process tries one a little further on, because at the
    // front of the queue the same two would meet again
    const entry = free[Math.floor(Math.random() * Math.min(lost + 1, free.length))]
    const session = entry && (await tryClaim(needs, me, { entry, serving, passed }))
    if (session) return session
    if (entry) lost += passed.has(entry.id) ? 0 : 1
    else await sleep(Math.random() * pauseMs)
  }
  throw new AppError('overloaded', 'Too many claim at once: try again.')
}

/**
 * Returns the lanes from which the agent may claim. Lanes of accounts that are not bound to WeChat
 * are left out, since their customers cannot be answered.
 */
async function claimableLanes({ store: { read } }: ClaimNeeds, me: Me, serving: Serving) {
  const bound = new Set(await read.accounts.bound(me.companyId))
  return lanesToLookInto(read, me.companyId, {
    ...serving,
    accountIds: serving.accountIds.filter((id) => bound.has(id)),
  })
}

type LanesToLookInto = { companyId: string; lanes: string[]; limit: number }

async function propose(
  needs: ClaimNeeds,
  { companyId, lanes, limit }: LanesToLookInto,
): Promise<QueueEntry[]> {
  const proposed = await needs.queue.heads(companyId, lanes, limit)
  if (proposed) return proposed
  const rows = (
    await Promise.all(lanes.map((lane) => needs.store.read.lanes.heads(companyId, lane, limit)))
  ).flat()
  return rows
    .map((row) => ({ id: row.session_id, lane: row.lane, rank: row.rank }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
    .slice(0, limit)
}

async function tryClaim(
  needs: ClaimNeeds,
  me: Me,
  { entry, serving, passed }: { entry: QueueEntry; serving: Serving; passed: Set<string> },
): Promise<SessionRow | null> {
  inHands.add(entry.id)
  try {
    return await claimSession(needs, me, { sessionId: entry.id, serving })
  } catch (error) {
    if (isAppError(error, 'session_already_claimed') || isAppError(error, 'not_found')) {
      await needs.queue.move(me.companyId, [{ id: entry.id, from: laneList(entry.lane), to: null }])
      return null
    }
    // a session in a private lane may belong to an account that is not bound or that the agent does
    // not serve; it is skipped, so that those behind it need not wait
    if (isAppError(error, 'account_not_bound') || isAppError(error, 'agent_not_on_account')) {
      passed.add(entry.id)
      return null
    }
    // the session moved to another lane after it was proposed; the queue index will be told of that
    if (isAppError(error, 'reserved') || isAppError(error, 'not_your_lane')) return null
    throw error
  } finally {
    inHands.delete(entry.id)
  }
}
