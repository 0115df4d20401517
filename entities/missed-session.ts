import { big, id, int, nullable, primary, type Row, table } from './columns.ts'

/**
 * A session that has ended although its customer was waiting for an answer: a timer ended it, or a
 * refused push was read again and its line added after the end. The row stays until somebody
 * answers the customer or marks the session as done.
 */
export const missedSession = table(
  'missed_session',
  {
    session_id: id(primary),
    company_id: id(),
    account_id: id(),
    wx_user_id: id(),
    /** The agent who had the session, or null if nobody had it. */
    uid: int(nullable),
    at: big(),
  },
  {
    indices: [
      { name: 'ix_missed_session_company_id_at', columns: ['company_id', 'at'] },
      { name: 'ix_missed_session_company_id_uid_at', columns: ['company_id', 'uid', 'at'] },
      { name: 'ix_missed_session_wx_user_id', columns: ['wx_user_id'] },
    ],
  },
)
export type MissedSessionRow = Row<typeof missedSession>
