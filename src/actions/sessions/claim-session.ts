// Claims a session for an agent, so that it has exactly one owner. The queue only proposes. A
// conditional UPDATE takes the session and a second one raises the agent's load; if either changes
// no row, both are rolled back. Everything the owner writes later must carry the fence raised here.
import type { SessionRow } from '../../../entities/index.ts'
import type { Serving } from '../../../rules/session/lane.ts'
import { relationTo } from '../../../rules/session/session.ts'
import { queued } from '../../../rules/session/states.ts'
import { AppError } from '../../errors.ts'
import type { Settings } from '../../../rules/settings.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import type { Needs, Unit } from '../../ports.ts'
import { isBusy } from '../transition/accept-first.ts'
import { greet } from '../transition/greet.ts'
import { settingsOf } from '../settings-of.ts'
import { person, type Me } from '../access/caller.ts'
import { lockSeen } from '../access/lock.ts'
import { notFound, refuse, refuseUnbound } from '../access/refuse.ts'
import { refuseForeignLane, servingOf } from '../access/serving.ts'
import { commitStep, type Committed } from '../transition/commit-step.ts'
import { takeStep } from '../transition/take-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'

export type ClaimNeeds = TellNeeds & Needs<'metrics'>

export async function claimSession(
  needs: ClaimNeeds,
  me: Me,
  { sessionId }: { sessionId: string },
): Promise<SessionRow> {
  const settings = await settingsOf(needs, me.companyId)
  const { session, claimed } = await needs.store
    .work('claim', async (unit) => {
      const seen = await unit.sessions.find(me.companyId, sessionId)
      if (!seen) throw notFound()
      if (seen.uid === me.uid && seen.state !== queued && seen.open_key !== null) {
        return { session: seen, claimed: null }
      }
      mayTake(seen, await servingOf(unit, me.uid))
      await refuseUnbound(unit, seen)
      const claimed = await take(needs, unit, { me, seen, settings })
      return { session: claimed.moved.session, claimed }
    })
    .catch((error: unknown) => {
      needs.metrics.claims.inc({ result: error instanceof AppError ? error.code : 'error' })
      throw error
    })

  if (claimed) {
    needs.metrics.claims.inc({ result: 'won' })
    await tellStep(needs, claimed)
  }
  return session
}

function mayTake(session: SessionRow, serving: Serving): void {
  if (session.state !== queued) refuse('session_already_claimed')
  refuseForeignLane(session.lane, serving, session.account_id)
}

async function take(
  needs: ClaimNeeds,
  unit: Unit,
  { me, seen, settings }: { me: Me; seen: SessionRow; settings: Settings },
): Promise<Committed> {
  const { customer, session } = await lockSeen(unit, seen)
  const identity = await unit.users.identity(seen.account_id, me.uid)
  if (session.state !== queued || session.lane !== seen.lane) refuse('session_already_claimed')

  const behind = settings.autoAcceptFirst && (await isBusy(unit, me))
  const moved = takeStep(session, {
    event: behind ? 'claimBehind' : 'claim',
    who: relationTo(session, person(me)),
    actor: agentActor(me.uid),
    reason: 'claimed',
    at: needs.clock.now(),
    owner: { uid: me.uid, customerServiceId: identity?.customer_service_id ?? null },
  })
  const agent = await unit.users.find(me.companyId, me.uid)
  const spoken = greet(needs, { customer, moved, settings, agent })
  const claimedFrom = seen.lane ?? ''
  return commitStep(needs, unit, { ...spoken, claimedFrom, says: 'session.claimed' })
}
