import { big, id, key, long, nullable, primary, type Row, table } from './columns.ts'

/**
 * The WeChat tokens of each account and of each third-party platform, and which process is renewing
 * them at the moment.
 */
export const accessToken = table(
  'access_token',
  {
    token_key: key(80, primary),
    company_id: id(),
    /**
     * The token, encrypted. Encrypting the same token twice gives two different texts, so this
     * column cannot be compared.
     */
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
