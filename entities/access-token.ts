import { EntitySchema } from 'typeorm'
import { big, id, key, long, nullable, primary } from './columns.ts'

/** What an account speaks to WeChat with, and who is renewing it. */
export type AccessTokenRow = {
  token_key: string
  company_id: string
  /** Encrypted; another text each time it is written. */
  sealed: string | null
  expires_at: number
  lease_token: string | null
  lease_until: number
}

export const accessToken = new EntitySchema<AccessTokenRow>({
  name: 'access_token',
  tableName: 'access_token',
  columns: {
    token_key: key(80, primary),
    company_id: id(),
    sealed: long(nullable),
    expires_at: big(),
    lease_token: id(nullable),
    lease_until: big(),
  },
  indices: [{ name: 'ix_access_token_company_id', columns: ['company_id'] }],
})
