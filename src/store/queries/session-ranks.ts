import type { SessionRow } from '../../../entities/index.ts'
import { list, type Sql } from '../engine/sql.ts'

/** Who goes before whom, of many at once. */
export const sessionRanks = (sql: Sql) => ({
  customersOf: (companyId: string, ids: string[]) => {
    const some = list(ids)
    return sql.all<{ wx_user_id: string }>(
      `select wx_user_id from message_session where ${sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  },
  /** To another lane, at the same rank. */
  moveLanes: (rows: Pick<SessionRow, 'session_id' | 'lane' | 'ledger_n'>[]) =>
    sql.update('message_session', rows, { key: 'session_id', set: ['lane', 'ledger_n'] }),
  /** Whom their lane sees first has changed. */
  rerank: (rows: Pick<SessionRow, 'session_id' | 'rank'>[]) =>
    sql.update('message_session', rows, { key: 'session_id', set: ['rank'] }),
})
