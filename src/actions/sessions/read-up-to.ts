import type { SessionRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'
import { getVisible, lockBoth, refuseWrite, type Me } from './rights.ts'

/** Of a missed session anybody who may see it: it was nobody's, or its agent did not answer. */
export async function readUpTo(needs: Needs<'store'>, me: Me, input: { sessionId: string, seq: number }): Promise<SessionRow> {
  const seen = await getVisible(needs, me, input.sessionId)
  return needs.store.work('rest', async (unit) => {
    const { session } = await lockBoth(unit, me.companyId, seen.session_id)
    const opened = session.open_key === null && await unit.missed.opened(me.companyId, session.session_id) > 0
    if (session.uid !== me.uid && !opened) refuseWrite('not_owner')
    const unread = await unit.messages.countUnread(me.companyId, session.session_id, input.seq)
    if (unread >= session.unread) return session
    const read = { ...session, unread }
    await unit.sessions.save(read)
    return read
  })
}
