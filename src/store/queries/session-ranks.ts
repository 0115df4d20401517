import type { SessionRow } from '../../../entities/index.ts'
import { list, type Sql } from '../engine/sql.ts'

/** Changes lanes and ranks of many sessions at once. */
export const sessionRanks = (sql: Sql) => ({
  customersOf: (companyId: string, ids: string[]) => {
    const some = list(ids)
    return sql.all<{ wx_user_id: string }>(
      `select wx_user_id from message_session where ${sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  },
  /** Moves sessions to another lane with the same rank. */
  moveLanes: (rows: Pick<SessionRow, 'session_id' | 'lane' | 'ledger_n'>[]) =>
    sql.changeEach('message_session', rows, { key: 'session_id', set: ['lane', 'ledger_n'] }),
  rerank: (rows: Pick<SessionRow, 'session_id' | 'rank'>[]) =>
    sql.changeEach('message_session', rows, { key: 'session_id', set: ['rank'] }),
})
