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

  /** A supervisor may change their grade. */
  save(row: EvaluationRow) {
    this.sql.upsert('session_evaluate', [row], {
      key: 'session_id, kind',
      update: ['uid', 'grade', 'text', 'at'],
    })
  }

  /** A customer's first grade counts; later ones are ignored. */
  addFirst(rows: EvaluationRow[]) {
    this.sql.insertNew('session_evaluate', rows)
  }
}
