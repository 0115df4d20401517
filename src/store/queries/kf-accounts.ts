import { identityStates } from '../../../rules/access/identity.ts'
import type { CustomerServiceRow, KfAccountRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

export class KfQueries extends Queries {
  list(accountId: string) {
    return this.sql.all<KfAccountRow>(
      'select * from kf_account where account_id = ? order by kf_account',
      [accountId],
    )
  }

  /**
   * Replaces our copy of an account's customer-service names with the whole list that WeChat
   * returned.
   */
  replace(accountId: string, rows: KfAccountRow[]) {
    this.sql.write('delete from kf_account where account_id = ?', [accountId])
    this.sql.insert('kf_account', rows)
  }

  identities(companyId: string, accountId: string) {
    return this.sql.all<CustomerServiceRow>(
      `select * from customer_service where company_id = ? and account_id = ? and state = ${identityStates.serves} order by uid`,
      [companyId, accountId],
    )
  }

  sign(id: number, kfAccount: string | null) {
    return this.sql.run('update customer_service set wx_sign = ? where customer_service_id = ?', [
      kfAccount,
      id,
    ])
  }
}
