import type { SessionRow } from '../../../entities/index.ts'
import { closed, mayClose } from '../../../rules/session.ts'
import { isAppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { writeEvents } from '../events.ts'
import { endSession } from './end-session.ts'
import { listOf, tellPlace } from './place.ts'
import { lockBoth, refuseWrite, supervises, type Me } from './rights.ts'

export type CloseNeeds = Needs<'store' | 'queue' | 'bus' | 'clock' | 'ids'>
export type CloseInput = { sessionId: string, reason?: string | undefined, pending?: 'send' | 'drop' | undefined, fence?: number | undefined }

const closedByAdmin = -4

export async function closeSession(needs: CloseNeeds, me: Me, input: CloseInput): Promise<SessionRow> {
  const { session, from, streams } = await needs.store.work('rest', async (unit) => {
    const both = await lockBoth(unit, me.companyId, input.sessionId)
    refuseWrite(mayClose(both.session, { uid: me.uid, supervises: supervises(me) }, input.fence))

    const from = listOf(both.session)
    const events = await endSession(unit, both, {
      state: both.session.uid === me.uid ? closed : closedByAdmin, actor: `a:${me.uid}`, reason: input.reason ?? 'closed', at: needs.clock.now(),
      dropPending: input.pending === 'drop', event: 'session.closed',
    })
    await writeEvents(needs, unit, events)
    return { session: both.session, from, streams: events.map((event) => event.stream) }
  })

  await tellPlace(needs, session, from)
  for (const stream of streams) needs.bus.publish('stream', stream)
  return session
}

export async function closeMany(needs: CloseNeeds, me: Me, input: { ids: string[], reason?: string | undefined, pending?: 'send' | 'drop' | undefined }) {
  const closedIds: string[] = []
  const failed: { id: string, code: string }[] = []
  for (const id of input.ids) {
    try {
      await closeSession(needs, me, { sessionId: id, reason: input.reason, pending: input.pending })
      closedIds.push(id)
    } catch (error) {
      if (!isAppError(error)) throw error
      failed.push({ id, code: error.code })
    }
  }
  return { closed: closedIds, failed }
}
