import type { SessionRow } from '../../../entities/index.ts'
import { isOwned } from '../../../rules/session/session.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { getNewOwner } from '../access/new-owner.ts'
import type { Me } from '../access/caller.ts'
import { lockBoth } from '../access/lock.ts'
import { mayStep } from '../access/refuse.ts'
import { takeStep } from '../transition/take-step.ts'
import { commitStep } from '../transition/commit-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'

/**
 * A supervisor takes a session from its owner or out of the queue. If they have it already, nothing
 * changes.
 */
export async function takeOver(
  needs: TellNeeds,
  me: Me,
  input: { sessionId: string; fence?: number | undefined },
): Promise<SessionRow> {
  const { session, taken } = await needs.store.work('claim', async (unit) => {
    const { customer, session } = await lockBoth(unit, me.companyId, input.sessionId)
    if (session.uid === me.uid && isOwned(session.state)) {
      return { session, taken: null }
    }
    const who = await mayStep(unit, me, { session, event: 'takeOver', fence: input.fence })
    const owner = await getNewOwner(unit, session, { uid: me.uid, field: 'id' })

    const moved = takeStep(session, {
      event: 'takeOver',
      who,
      actor: agentActor(me.uid),
      reason: 'taken_over',
      at: needs.clock.now(),
      owner,
    })
    const says = 'session.transferred'
    return {
      session: moved.session,
      taken: await commitStep(needs, unit, { moved, customer, says }),
    }
  })

  if (taken) await tellStep(needs, taken)
  return session
}
