import { EntitySchema } from 'typeorm'
import { big, id, int, long, nullable, primary, text } from './columns.ts'

/** One tenant. */
export type CompanyRow = {
  company_id: string
  company_name: string
  enabled: number
  expires_at: number | null
  max_agents: number | null
  max_accounts: number | null
  settings: string
  created_at: number
}

export const company = new EntitySchema<CompanyRow>({
  name: 'company',
  tableName: 'company',
  columns: {
    company_id: id(primary),
    company_name: text(100),
    enabled: int(),
    expires_at: big(nullable),
    max_agents: int(nullable),
    max_accounts: int(nullable),
    settings: long(),
    created_at: big(),
  },
})
