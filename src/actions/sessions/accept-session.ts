import type { SessionRow } from '../../../entities/index.ts'
import { active, waiting } from '../../../rules/session.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { sessionEvent, writeEvents } from '../events.ts'
import { nextLedger } from '../messages/lines.ts'
import { listOf, tellPlace } from './place.ts'
import { lockBoth, refuseWrite, type Me } from './rights.ts'

export async function acceptSession(needs: Needs<'store' | 'queue' | 'bus' | 'clock' | 'ids'>, me: Me, input: { sessionId: string, fence?: number | undefined }): Promise<SessionRow> {
  const { session: accepted, from } = await needs.store.work('claim', async (unit) => {
    const { session } = await lockBoth(unit, me.companyId, input.sessionId)
    if (session.open_key === null) refuseWrite('session_not_open')
    if (input.fence !== undefined && input.fence !== session.fence) refuseWrite('session_moved')
    if (session.uid !== me.uid) refuseWrite('not_owner')
    if (session.state !== waiting) throw new AppError('session_not_waiting', 'The session is not waiting to be accepted.')

    const from = listOf(session)
    const identity = await unit.users.identity(session.account_id, me.uid)
    Object.assign(session, { state: active, customer_service_id: identity?.customer_service_id ?? null })
    const step = nextLedger(session, { from: waiting, actor: `a:${me.uid}`, reason: 'accepted', at: needs.clock.now() })
    await unit.sessions.save(session)
    await unit.sessions.writeLedger([step])
    await writeEvents(needs, unit, sessionEvent('session.accepted', session, [me.uid]))
    return { session, from }
  })

  await tellPlace(needs, accepted, from)
  needs.bus.publish('stream', `user:${me.uid}`)
  return accepted
}
