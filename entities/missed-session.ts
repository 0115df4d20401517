import { EntitySchema } from 'typeorm'
import { big, id, int, nullable, primary } from './columns.ts'

/** A session that a timer ended while its customer waited for an answer; until somebody opens it or answers him. */
export type MissedSessionRow = {
  session_id: string
  company_id: string
  account_id: string
  wx_user_id: string
  /** Whose it was; null if it was nobody's. */
  uid: number | null
  at: number
}

export const missedSession = new EntitySchema<MissedSessionRow>({
  name: 'missed_session',
  tableName: 'missed_session',
  columns: {
    session_id: id(primary),
    company_id: id(),
    account_id: id(),
    wx_user_id: id(),
    uid: int(nullable),
    at: big(),
  },
  indices: [
    { name: 'ix_missed_session_company_id_at', columns: ['company_id', 'at'] },
    { name: 'ix_missed_session_company_id_uid_at', columns: ['company_id', 'uid', 'at'] },
    { name: 'ix_missed_session_wx_user_id', columns: ['wx_user_id'] },
  ],
})
