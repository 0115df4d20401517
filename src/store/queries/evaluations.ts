import type { EvaluationRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

export class EvaluationQueries extends Queries {
  of(companyId: string, sessionIds: string[]) {
    const some = list(sessionIds)
    return this.sql.all<EvaluationRow>(
      `select * from session_evaluate where ${this.sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  }

  /** Stores a supervisor's grade; it replaces an earlier one, since a supervisor may change it. */
  save(row: EvaluationRow) {
    this.sql.upsert('session_evaluate', [row], {
      key: 'session_id, kind',
      update: ['uid', 'grade', 'text', 'at'],
    })
  }

  /** Stores customers' grades. A customer's first grade counts; later ones are ignored. */
  addFirst(rows: EvaluationRow[]) {
    this.sql.insertNew('session_evaluate', rows)
  }
}
