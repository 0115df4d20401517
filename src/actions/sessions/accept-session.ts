import type { SessionRow } from '../../../entities/index.ts'
import { relationTo } from '../../../rules/session/session.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { commitStep } from '../transition/commit-step.ts'
import { greet } from '../transition/greet.ts'
import { settingsOf } from '../settings-of.ts'
import { person, type Me } from '../access/caller.ts'
import { lockBoth } from '../access/lock.ts'
import { takeStep } from '../transition/take-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'

export async function acceptSession(
  needs: TellNeeds,
  me: Me,
  input: { sessionId: string; fence?: number | undefined },
): Promise<SessionRow> {
  const settings = await settingsOf(needs, me.companyId)
  const accepted = await needs.store.work('claim', async (unit) => {
    const { customer, session } = await lockBoth(unit, me.companyId, input.sessionId)
    const identity = await unit.users.identity(session.account_id, me.uid)
    const moved = takeStep(session, {
      event: 'accept',
      who: relationTo(session, person(me)),
      actor: agentActor(me.uid),
      reason: 'accepted',
      at: needs.clock.now(),
      fence: input.fence,
      customerServiceId: identity?.customer_service_id ?? null,
    })
    const agent = await unit.users.find(me.companyId, me.uid)
    const spoken = greet(needs, { customer, moved, settings, agent })
    return commitStep(needs, unit, { ...spoken, says: 'session.accepted' })
  })

  await tellStep(needs, accepted)
  return accepted.moved.session
}
