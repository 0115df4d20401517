import type { AccountRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

/** The columns of an existing account that may change. */
export type AccountColumns = Partial<Omit<AccountRow, 'account_id' | 'company_id'>>

export class AccountQueries extends Queries {
  byAppid(appid: string) {
    return this.sql.one<AccountRow>('select * from official_account where live_appid = ?', [appid])
  }

  /** The account that uses this appid now, or else the one that this company deleted. */
  anyByAppid(companyId: string, appid: string) {
    return this.sql.one<AccountRow>(
      'select * from official_account where live_appid = ? or (company_id = ? and appid = ?)' +
        ' order by case when live_appid is null then 1 else 0 end limit 1',
      [appid, companyId, appid],
    )
  }

  find(companyId: string, accountId: string) {
    return this.sql.one<AccountRow>(
      'select * from official_account where company_id = ? and account_id = ? and deleted_at is null',
      [companyId, accountId],
    )
  }

  list(companyId: string) {
    return this.sql.all<AccountRow>(
      'select * from official_account where company_id = ? and deleted_at is null order by account_id',
      [companyId],
    )
  }

  /** Accounts that are bound, so that customers can be answered through them. */
  async bound(companyId: string) {
    return (
      await this.sql.all<{ account_id: string }>(
        "select account_id from official_account where company_id = ? and deleted_at is null and binding <> 'unbound'",
        [companyId],
      )
    ).map((row) => row.account_id)
  }

  /** Counts a push to an account that is not bound, so that an admin sees it. */
  countUnbound(accountId: string, at: number) {
    return this.sql.run(
      'update official_account set unbound_pushes = unbound_pushes + 1, unbound_push_at = ? where account_id = ?',
      [at, accountId],
    )
  }

  lock(companyId: string, accountId: string) {
    return this.sql.one<AccountRow>(
      'select * from official_account where company_id = ? and account_id = ? and deleted_at is null' +
        this.sql.dialect.forUpdate,
      [companyId, accountId],
    )
  }

  insert(row: AccountRow) {
    this.sql.insert('official_account', [row])
  }

  change(companyId: string, accountId: string, patch: AccountColumns) {
    this.sql.change('official_account', { company_id: companyId, account_id: accountId }, patch)
  }

  /** Stores the newest time found in a push. An older time changes nothing. */
  hearPush(
    companyId: string,
    accountId: string,
    { told, cameAt }: { told: number; cameAt: number },
  ) {
    return this.sql.run(
      'update official_account set newest_push = ?, newest_push_at = ? where company_id = ? and account_id = ? and (newest_push is null or newest_push < ?)',
      [told, cameAt, companyId, accountId, told],
    )
  }

  countOld(companyId: string, accountId: string, { refused, at }: { refused: number; at: number }) {
    return this.sql.run(
      'update official_account set old_pushes = old_pushes + ?, old_push_at = ? where company_id = ? and account_id = ?',
      [refused, at, companyId, accountId],
    )
  }
}
