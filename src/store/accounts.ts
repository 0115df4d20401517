import type { AccountRow, CompanyRow } from '../../entities/index.ts'
import type { Sql } from './sql.ts'

export const accountQueries = (sql: Sql) => ({
  byAppid: (appid: string) =>
    sql.one<AccountRow>('select * from official_account where appid = ? and deleted_at is null', [
      appid,
    ]),
  anyByAppid: (appid: string) =>
    sql.one<AccountRow>('select * from official_account where appid = ?', [appid]),
  find: (companyId: string, accountId: string) =>
    sql.one<AccountRow>(
      'select * from official_account where company_id = ? and account_id = ? and deleted_at is null',
      [companyId, accountId],
    ),
  list: (companyId: string) =>
    sql.all<AccountRow>(
      'select * from official_account where company_id = ? and deleted_at is null order by account_id',
      [companyId],
    ),
  /** Through which somebody can be answered. */
  bound: async (companyId: string) =>
    (
      await sql.all<{ account_id: string }>(
        "select account_id from official_account where company_id = ? and deleted_at is null and binding <> 'unbound'",
        [companyId],
      )
    ).map((row) => row.account_id),
  /** Of an account whose pushes are not taken: counted, so that an admin sees them. */
  countUnbound: (accountId: string, at: number) =>
    sql.run(
      'update official_account set unbound_pushes = unbound_pushes + 1, unbound_push_at = ? where account_id = ?',
      [at, accountId],
    ),
  rebind: (accountId: string, binding: string) =>
    sql.run('update official_account set binding = ? where account_id = ?', [binding, accountId]),
  save: (row: AccountRow) =>
    sql.upsert('official_account', [row], { key: 'account_id', update: Object.keys(row).slice(1) }),

  company: (companyId: string) =>
    sql.one<CompanyRow>('select * from company where company_id = ?', [companyId]),
  companies: () => sql.all<CompanyRow>('select * from company order by company_id'),
  saveCompany: (row: CompanyRow) =>
    sql.upsert('company', [row], { key: 'company_id', update: Object.keys(row).slice(1) }),

  remembered: async (name: string) =>
    (await sql.one<{ value: string }>('select value from installation where name = ?', [name]))
      ?.value ?? null,
  remember: (name: string, value: string) =>
    sql.upsert('installation', [{ name, value }], { key: 'name', update: ['value'] }),
})
