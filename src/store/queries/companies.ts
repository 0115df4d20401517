import type { CompanyRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

export class CompanyQueries extends Queries {
  find(companyId: string) {
    return this.sql.one<CompanyRow>('select * from company where company_id = ?', [companyId])
  }

  list() {
    return this.sql.all<CompanyRow>('select * from company order by company_id')
  }

  /**
   * Locks the company's row. Whoever changes the company, its settings or its groups, or adds
   * something of which a company may have only so much, takes this lock first, and so does whoever
   * must not run at the same time, such as a sign-in.
   */
  lock(companyId: string) {
    return this.sql.one<CompanyRow>(
      `select * from company where company_id = ?${this.sql.dialect.forUpdate}`,
      [companyId],
    )
  }

  insert(row: CompanyRow) {
    this.sql.insert('company', [row])
  }

  change(companyId: string, patch: Partial<Omit<CompanyRow, 'company_id'>>) {
    this.sql.change('company', { company_id: companyId }, patch)
  }
}
