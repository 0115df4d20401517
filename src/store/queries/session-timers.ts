// Reads sessions for which a timer may be due. Nothing is locked here, so callers must check again
// before they decide.
import { Queries } from '../engine/queries.ts'
import { alongSessions } from './session-indexes.ts'

export type DueSpot = { at: number; id: string }
/**
 * The kind of a timer. It determines which times of a session, or of its owner, must all lie before
 * a given moment for the timer to be due.
 */
export type DueKind = 'waiting' | 'queued' | 'idle' | 'owed' | 'left'

const notAfter = (column: string) => `(${column} is null or ${column} <= ?)`
const due: Record<DueKind, string[]> = {
  waiting: [notAfter('assigned_at'), notAfter('receive_message_time')],
  queued: [notAfter('queued_at'), notAfter('receive_message_time')],
  idle: [notAfter('assigned_at'), notAfter('receive_message_time'), notAfter('send_time')],
  owed: ['unanswered_since <= ?', notAfter('assigned_at')],
  left: [notAfter('assigned_at'), 'uid in (select uid from user where seen_at <= ?)'],
}

export class SessionTimerQueries extends Queries {
  /**
   * Reads the next sessions in a state and tells of each whether its timer may be due. The others
   * are returned too, so that the caller knows how far the list was read.
   */
  due(
    companyId: string,
    { kind, state, before }: { kind: DueKind; state: number; before: number },
    page: DueSpot & { limit: number },
  ) {
    return this.sql.all<{ session_id: string; add_time: number; kept: number }>(
      `select session_id, add_time, case when ${due[kind].join(' and ')} then 1 else 0 end as kept from message_session${alongSessions(this.sql, 'state')}` +
        ' where company_id = ? and state = ? and add_time <= ? and add_time >= ? and (add_time > ? or session_id > ?)' +
        ' order by add_time, session_id limit ?',
      [
        ...due[kind].map(() => before),
        ...[companyId, state, before],
        ...[page.at, page.at, page.id, page.limit],
      ],
    )
  }

  /**
   * Reads the next sessions in a state, with the time of the last line that their customer and a
   * person exchanged, to find those that have been silent for long.
   */
  sitting(companyId: string, state: number, page: DueSpot & { limit: number }) {
    return this.sql.all<{
      session_id: string
      add_time: number
      wx_user_id: string
      active_at: number
    }>(
      'select s.session_id, s.add_time, s.wx_user_id, u.active_at from message_session s' +
        `${alongSessions(this.sql, 'state')} join wx_user u on u.wx_user_id = s.wx_user_id` +
        ' where s.company_id = ? and s.state = ? and s.add_time >= ? and (s.add_time > ? or s.session_id > ?)' +
        ' order by s.add_time, s.session_id limit ?',
      [companyId, state, page.at, page.at, page.id, page.limit],
    )
  }
}
