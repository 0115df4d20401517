import { big, id, int, nullable, primary, type Row, table } from './columns.ts'

/** A session that a timer ended while its customer waited for an answer; until somebody opens it or answers them. */
export const missedSession = table(
  'missed_session',
  {
    session_id: id(primary),
    company_id: id(),
    account_id: id(),
    wx_user_id: id(),
    /** Whose it was; null if it was nobody's. */
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
