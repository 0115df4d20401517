import { identityStates } from '../../../rules/access/identity.ts'
import type { CustomerServiceRow, KfAccountRow } from '../../../entities/index.ts'
import type { Sql } from '../engine/sql.ts'

export const kfQueries = (sql: Sql) => ({
  list: (accountId: string) =>
    sql.all<KfAccountRow>('select * from kf_account where account_id = ? order by kf_account', [
      accountId,
    ]),
  /** Replaces our copy with WeChat's whole list. */
  replace: (accountId: string, rows: KfAccountRow[]) => {
    sql.write('delete from kf_account where account_id = ?', [accountId])
    sql.insert('kf_account', rows)
  },
  identities: (companyId: string, accountId: string) =>
    sql.all<CustomerServiceRow>(
      `select * from customer_service where company_id = ? and account_id = ? and state = ${identityStates.serves} order by uid`,
      [companyId, accountId],
    ),
  sign: (id: number, kfAccount: string | null) =>
    sql.run('update customer_service set wx_sign = ? where customer_service_id = ?', [
      kfAccount,
      id,
    ]),
})
