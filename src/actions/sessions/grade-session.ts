import type { SessionRow } from '../../../entities/index.ts'
import { type Grade } from '../../../rules/session/satisfaction.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { ringStreams } from '../streams/ring.ts'
import { sessionEvent, writeEvents } from '../streams/write.ts'
import type { Me } from '../access/caller.ts'
import { lockBoth } from '../access/lock.ts'

export type GradeInput = { sessionId: string; grade: Grade; text?: string | undefined }

/**
 * A supervisor grades how an agent handled a session: 1 good, 2 medium, 3 bad. They may change the
 * grade later, but cannot grade sessions of their own.
 */
export async function gradeSession(
  needs: Needs<'store' | 'bus' | 'clock' | 'ids'>,
  me: Me,
  { sessionId, grade, text }: GradeInput,
): Promise<SessionRow> {
  const { session, events } = await needs.store.work('rest', async (unit) => {
    const { session } = await lockBoth(unit, me.companyId, sessionId)
    if (session.uid === null) {
      throw new AppError('session_not_accepted', 'Nobody has had this session yet.')
    }
    if (session.uid === me.uid) {
      throw new AppError('not_allowed', 'Another supervisor grades what you did yourself.')
    }

    unit.evaluations.save({
      session_id: sessionId,
      kind: 'supervisor',
      company_id: me.companyId,
      uid: me.uid,
      grade,
      text: text ?? null,
      at: needs.clock.now(),
    })
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'session.graded',
        object: auditName('session', sessionId),
        detail: { grade },
      },
    })
    const events = sessionEvent('session.graded', session, { uids: [session.uid] })
    writeEvents(needs, unit, events)
    return { session, events }
  })

  ringStreams(needs, events)
  return session
}
