// One session, one owner: the queue only proposes. A conditional UPDATE on the session, then one on the agent's load; no row
// in either rolls both back. Everything an owner writes later carries the fence that was raised here.
import type { SessionRow } from '../../../entities/index.ts'
import { active, queued } from '../../../rules/session.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { queueEvent, sessionEvent, writeEvents } from '../events.ts'
import { nextLedger } from '../messages/lines.ts'
import { laneList, tellPlace } from './place.ts'
import { lanesFor, lockBoth, notFound, refuseUnbound, type Me } from './rights.ts'

export type ClaimNeeds = Needs<'store' | 'queue' | 'bus' | 'clock' | 'ids' | 'metrics'>

/**
 * `lanes`: his, where the queue proposed the session and they were just read; the UPDATE asks again whether it still stands
 * in the one. A proposal that is his already is the index being behind, not an answer.
 */
export async function claimSession(needs: ClaimNeeds, me: Me, { sessionId, lanes }: { sessionId: string, lanes?: string[] }): Promise<SessionRow> {
  const result = await needs.store.work('claim', async (unit) => {
    const seen = await unit.sessions.find(me.companyId, sessionId)
    if (!seen) throw notFound()
    const proposed = lanes !== undefined
    if (!proposed && seen.uid === me.uid && seen.state !== queued && seen.open_key !== null) return { session: seen, from: null }
    mayTake(seen, me, lanes ?? await lanesFor(unit, me.uid))
    await refuseUnbound(unit, seen)
    return take(needs, unit, { me, seen })
  }).catch((error: unknown) => {
    needs.metrics.claims.inc({ result: error instanceof AppError ? error.code : 'error' })
    throw error
  })

  if (result.from !== null) await tellClaimed(needs, result.session, result.from)
  return result.session
}

function mayTake(session: SessionRow, me: Me, lanes: string[]): void {
  if (session.state !== queued) throw new AppError('session_already_claimed', 'Another agent was faster, or the session has ended.')
  if (lanes.includes(session.lane ?? '')) return
  if (session.lane?.startsWith('user:')) throw new AppError('reserved', 'This customer waits for his own agent.')
  throw new AppError('not_your_lane', `The lane ${session.lane ?? ''} is not one of agent ${me.uid}.`)
}

async function take(needs: ClaimNeeds, unit: Unit, { me, seen }: { me: Me, seen: SessionRow }) {
  const { customer } = await lockBoth(unit, me.companyId, seen.session_id)
  const identity = await unit.users.identity(seen.account_id, me.uid)
  const at = needs.clock.now()
  const lane = seen.lane ?? ''

  const won = await unit.sessions.claim(seen.session_id, lane, { uid: me.uid, customerServiceId: identity?.customer_service_id ?? null, at })
  if (won === 0) throw new AppError('session_already_claimed', 'Another agent was faster.')
  if (await unit.loads.raise(me.uid) === 0) throw new AppError('agent_at_capacity', 'Close a session first: you have as many as you may hold.')
  if (customer.customer_service_uid === -1) {
    await unit.customers.save({ ...customer, customer_service_uid: me.uid, is_clue: -1, update_time: at })
  }
  const session = { ...seen, state: active, uid: me.uid, customer_service_id: identity?.customer_service_id ?? null, fence: seen.fence + 1,
    lane: null, rank: null, queued_at: null, assigned_at: at }
  await unit.sessions.writeLedger([nextLedger(session, { from: queued, actor: `a:${me.uid}`, reason: 'claimed', at })])
  await writeEvents(needs, unit, [queueEvent('session.claimed', session, lane), ...sessionEvent('session.claimed', session, [me.uid])])
  return { session, from: lane }
}

async function tellClaimed(needs: ClaimNeeds, session: SessionRow, lane: string): Promise<void> {
  needs.metrics.claims.inc({ result: 'won' })
  await tellPlace(needs, session, laneList(lane))
  for (const stream of [`queue:${lane}`, 'live', `user:${session.uid ?? ''}`]) needs.bus.publish('stream', stream)
}
