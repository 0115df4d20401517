import { big, id, int, long, nullable, primary, type Row, table, text } from './columns.ts'

/** A company: the tenant that owns accounts, people and customers. */
export const company = table('company', {
  company_id: id(primary),
  company_name: text(100),
  enabled: int(),
  expires_at: big(nullable),
  max_agents: int(nullable),
  max_accounts: int(nullable),
  settings: long(),
  created_at: big(),
})
export type CompanyRow = Row<typeof company>
