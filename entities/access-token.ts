import { big, id, key, long, nullable, primary, type Row, table } from './columns.ts'

/** What an account speaks to WeChat with, and who is renewing it. */
export const accessToken = table(
  'access_token',
  {
    token_key: key(80, primary),
    company_id: id(),
    /** Encrypted; another text each time it is written. */
    sealed: long(nullable),
    expires_at: big(),
    lease_token: id(nullable),
    lease_until: big(),
  },
  {
    indices: [{ name: 'ix_access_token_company_id', columns: ['company_id'] }],
  },
)
export type AccessTokenRow = Row<typeof accessToken>
