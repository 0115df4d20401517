// An agent opens a session with a customer who has none. No message is sent by this; the reply
// window decides what the agent may send.
import type { SessionRow } from '../../../entities/index.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { AppError } from '../../errors.ts'
import { newSession } from '../lines/new-rows.ts'
import { exclusiveOf } from '../access/exclusive.ts'
import { seesMissed } from './missed.ts'
import { getNewOwner } from '../access/new-owner.ts'
import { supervises, type Me } from '../access/caller.ts'
import { notFound, refuseUnbound } from '../access/refuse.ts'
import { takeStep } from '../transition/take-step.ts'
import { commitStep } from '../transition/commit-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'

export async function startSession(
  needs: TellNeeds,
  me: Me,
  { customerId }: { customerId: string },
): Promise<SessionRow> {
  const started = await needs.store.work('claim', async (unit) => {
    const customer = await unit.customers.lock(me.companyId, customerId)
    if (!customer) throw notFound()
    if (await unit.sessions.openOf(me.companyId, customerId)) {
      throw new AppError('customer_has_session', 'The customer has an open session.')
    }
    if (
      ![-1, me.uid].includes(await exclusiveOf(unit, customer)) &&
      !(await seesMissed(unit, me, customerId))
    ) {
      throw new AppError('customer_reserved', 'The customer belongs to another agent.')
    }
    const at = needs.clock.now()
    const session = newSession(customer, { id: needs.ids(), at })
    const owner = await getNewOwner(unit, session, { uid: me.uid, field: 'customerId' })
    await refuseUnbound(unit, session)

    const moved = takeStep(session, {
      event: 'start',
      who: supervises(me) ? 'supervisor' : 'agent',
      actor: agentActor(me.uid),
      reason: 'started',
      kind: 'user',
      at,
      owner,
    })
    // opening a session counts as activity of a person, so that a customer who was silent for long
    // is not reclaimed right away
    return commitStep(needs, unit, {
      moved,
      customer: { ...customer, active_at: at },
      customerChanged: true,
      says: 'session.started',
    })
  })

  await tellStep(needs, started)
  return started.moved.session
}
