import type { EvaluationRow } from '../../../entities/index.ts'
import { list, type Sql } from '../engine/sql.ts'

export const evaluationQueries = (sql: Sql) => ({
  of: (companyId: string, sessionIds: string[]) => {
    const some = list(sessionIds)
    return sql.all<EvaluationRow>(
      `select * from session_evaluate where ${sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  },
  /** A supervisor may change their grade. */
  save: (row: EvaluationRow) =>
    sql.upsert('session_evaluate', [row], {
      key: 'session_id, kind',
      update: ['uid', 'grade', 'text', 'at'],
    }),
  /** A customer's first grade counts; later ones are ignored. */
  addFirst: (rows: EvaluationRow[]) => sql.insertNew('session_evaluate', rows),
})
