// Corrects the counters of a session by counting its lines.
import type { SessionRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'

/**
 * Counts the lines of a session and corrects its counters. The session must be locked. Returns the
 * session with the corrected counters, or null if they were right.
 */
export async function mendCounts(unit: Unit, session: SessionRow): Promise<SessionRow | null> {
  const { seq, visitors, last } = await unit.messages.countsOf(session.session_id)
  const is = {
    seq,
    visitor_offset: visitors,
    agent_offset: seq - visitors,
    last_message_id: last,
  }
  if (
    is.seq === session.seq &&
    is.visitor_offset === session.visitor_offset &&
    is.agent_offset === session.agent_offset &&
    is.last_message_id === session.last_message_id
  ) {
    return null
  }
  unit.sessions.change(session.company_id, session.session_id, is)
  return { ...session, ...is }
}
