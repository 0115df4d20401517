import type { SessionRow } from '../../../entities/index.ts'
import { personStream } from '../../../rules/session/stream.ts'
import type { Needs } from '../../ports.ts'
import { ringStreams } from '../streams/ring.ts'
import { writeEvents } from '../streams/write.ts'
import { personIn, type Me } from '../access/caller.ts'
import { getVisible } from '../access/find.ts'
import { lockBoth } from '../access/lock.ts'
import { refuseWrite } from '../access/refuse.ts'

/**
 * Marks lines as read by the owner, on all their devices. If a member of the group chat reads,
 * nothing changes. A missed session may be marked as read by everyone who sees it, and stays missed
 * until somebody deals with it.
 */
export async function readUpTo(
  needs: Needs<'store' | 'bus' | 'clock' | 'ids'>,
  me: Me,
  { sessionId, seq }: { sessionId: string; seq: number },
): Promise<SessionRow> {
  await getVisible(needs, me, sessionId)
  const { session, changed } = await needs.store.work('rest', async (unit) => {
    const { session } = await lockBoth(unit, me.companyId, sessionId)
    const isMissed =
      session.open_key === null && (await unit.missed.find(me.companyId, sessionId)) !== null
    if (session.uid !== me.uid && !isMissed && !(await personIn(unit, me, session)).isMember) {
      refuseWrite('not_owner')
    }
    const unread =
      session.uid === me.uid || isMissed
        ? await unit.messages.countUnread(me.companyId, sessionId, seq)
        : session.unread
    if (unread >= session.unread) return { session, changed: false }

    unit.sessions.change(me.companyId, sessionId, { unread })
    writeEvents(needs, unit, [
      {
        companyId: me.companyId,
        stream: personStream(me.uid),
        type: 'message.read',
        data: { sessionId, upTo: seq, unread },
      },
    ])
    return { session: { ...session, unread }, changed: true }
  })

  if (changed) ringStreams(needs, [{ companyId: me.companyId, stream: personStream(me.uid) }])
  return session
}
