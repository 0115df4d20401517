import type { SessionRow } from '../../../entities/index.ts'
import { relationTo } from '../../../rules/session.ts'
import type { Needs } from '../../ports.ts'
import { writeEvents } from '../events.ts'
import { lockBoth, person, type Me } from './rights.ts'
import { stepEvents, takeStep, writeStep } from './step.ts'
import { tellStep } from './tell-step.ts'

type AcceptNeeds = Needs<'store' | 'queue' | 'bus' | 'clock' | 'ids'>

export async function acceptSession(needs: AcceptNeeds, me: Me, input: { sessionId: string, fence?: number | undefined }): Promise<SessionRow> {
  const { moved, events } = await needs.store.work('claim', async (unit) => {
    const { customer, session } = await lockBoth(unit, me.companyId, input.sessionId)
    const moved = takeStep(session, {
      event: 'accept', who: relationTo(session, person(me)), actor: `a:${me.uid}`, reason: 'accepted', at: needs.clock.now(), fence: input.fence,
    })
    const identity = await unit.users.identity(session.account_id, me.uid)
    session.customer_service_id = identity?.customer_service_id ?? null

    await writeStep(unit, moved, { customer })
    const events = stepEvents('session.accepted', moved)
    await writeEvents(needs, unit, events)
    return { moved, events }
  })

  await tellStep(needs, moved, events)
  return moved.session
}
