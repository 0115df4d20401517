import type { SessionRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'
import { lockBoth, refuseWrite, type Me } from './rights.ts'

export async function readUpTo(needs: Needs<'store'>, me: Me, input: { sessionId: string, seq: number }): Promise<SessionRow> {
  return needs.store.work('rest', async (unit) => {
    const { session } = await lockBoth(unit, me.companyId, input.sessionId)
    if (session.uid !== me.uid) refuseWrite('not_owner')
    const unread = await unit.messages.countUnread(me.companyId, session.session_id, input.seq)
    if (unread >= session.unread) return session
    const read = { ...session, unread }
    await unit.sessions.save(read)
    return read
  })
}
