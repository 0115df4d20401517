// One session, one owner: the queue only proposes. A conditional UPDATE on the session, then one on the agent's load; no row
// in either rolls both back. Everything an owner writes later carries the fence that was raised here.
import type { SessionRow } from '../../../entities/index.ts'
import { queued, relationTo } from '../../../rules/session.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeEvents } from '../events.ts'
import { lanesFor, lockSeen, notFound, person, refuse, refuseUnbound, type Me } from './rights.ts'
import { stepEvents, takeStep, writeStep, type Moved } from './step.ts'
import { tellStep } from './tell-step.ts'

export type ClaimNeeds = Needs<'store' | 'queue' | 'bus' | 'clock' | 'ids' | 'metrics'>

/**
 * `lanes`: his, where the queue proposed the session and they were just read; the UPDATE asks again whether it still stands
 * in the one. A proposal that is his already is the index being behind, not an answer.
 */
export async function claimSession(needs: ClaimNeeds, me: Me, { sessionId, lanes }: { sessionId: string, lanes?: string[] }): Promise<SessionRow> {
  const { session, moved } = await needs.store.work('claim', async (unit) => {
    const seen = await unit.sessions.find(me.companyId, sessionId)
    if (!seen) throw notFound()
    const proposed = lanes !== undefined
    if (!proposed && seen.uid === me.uid && seen.state !== queued && seen.open_key !== null) return { session: seen, moved: null }
    mayTake(seen, me, lanes ?? await lanesFor(unit, me.uid))
    await refuseUnbound(unit, seen)
    const moved = await take(needs, unit, { me, seen })
    return { session: moved.session, moved }
  }).catch((error: unknown) => {
    needs.metrics.claims.inc({ result: error instanceof AppError ? error.code : 'error' })
    throw error
  })

  if (moved) {
    needs.metrics.claims.inc({ result: 'won' })
    await tellStep(needs, moved, stepEvents('session.claimed', moved))
  }
  return session
}

function mayTake(session: SessionRow, me: Me, lanes: string[]): void {
  if (session.state !== queued) refuse('session_already_claimed')
  if (lanes.includes(session.lane ?? '')) return
  if (session.lane?.startsWith('user:')) throw new AppError('reserved', 'This customer waits for his own agent.')
  throw new AppError('not_your_lane', `The lane ${session.lane ?? ''} is not one of agent ${me.uid}.`)
}

async function take(needs: ClaimNeeds, unit: Unit, { me, seen }: { me: Me, seen: SessionRow }): Promise<Moved> {
  const { customer, session } = await lockSeen(unit, seen)
  const identity = await unit.users.identity(seen.account_id, me.uid)
  if (session.state !== queued || session.lane !== seen.lane) refuse('session_already_claimed')

  const moved = takeStep(session, {
    event: 'claim', who: relationTo(session, person(me)), actor: `a:${me.uid}`, reason: 'claimed', at: needs.clock.now(),
    owner: { uid: me.uid, customerServiceId: identity?.customer_service_id ?? null },
  })
  await writeStep(unit, moved, { customer, claimedFrom: seen.lane ?? '' })
  await writeEvents(needs, unit, stepEvents('session.claimed', moved))
  return moved
}
