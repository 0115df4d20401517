import type { AccessTokenRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

type AccessTokenName = { companyId: string; key: string }
export type TokenLease = AccessTokenName & { token: string; now: number; until: number }

export class AccessTokenQueries extends Queries {
  async held(key: string) {
    return (
      (await this.sql.one(
        'select token_key from access_token where token_key = ? and sealed is not null',
        [key],
      )) !== null
    )
  }

  find({ companyId, key }: AccessTokenName) {
    return this.sql.one<AccessTokenRow>(
      'select * from access_token where company_id = ? and token_key = ?',
      [companyId, key],
    )
  }

  /**
   * Takes the lease for renewing a token. True for the one process that may renew it until the
   * given time. If the company that had the appid before stored its token meanwhile, row and lease
   * become ours, and its token is deleted.
   */
  async lease({ companyId, key, token, now, until }: TokenLease) {
    this.sql.insertNew('access_token', [
      {
        token_key: key,
        company_id: companyId,
        sealed: null,
        expires_at: 0,
        lease_token: null,
        lease_until: 0,
      },
    ])
    return (
      (await this.sql.run(
        'update access_token set sealed = case when company_id = ? then sealed end, company_id = ?, lease_token = ?, lease_until = ? where token_key = ? and (company_id <> ? or lease_token is null or lease_until <= ?)',
        [companyId, companyId, token, until, key, companyId, now],
      )) === 1
    )
  }

  /**
   * Replaces the stored token. Returns 0 if somebody else has stored one since ours was read;
   * theirs is newer and stays.
   */
  replace(
    { companyId, key }: AccessTokenName,
    before: string | null,
    after: { sealed: string; expiresAt: number },
  ) {
    return this.sql.run(
      "update access_token set sealed = ?, expires_at = ? where company_id = ? and token_key = ? and coalesce(sealed, '') = ?",
      [after.sealed, after.expiresAt, companyId, key, before ?? ''],
    )
  }

  forget({ companyId, key }: AccessTokenName) {
    return this.sql.run('delete from access_token where company_id = ? and token_key = ?', [
      companyId,
      key,
    ])
  }

  /**
   * Deletes the stored token of an appid, whichever company stored it. It is called when an account
   * with this appid is created or comes back, maybe in another company.
   */
  forgetAll(key: string) {
    return this.sql.run('delete from access_token where token_key = ?', [key])
  }

  release({ companyId, key }: AccessTokenName, token: string) {
    return this.sql.run(
      'update access_token set lease_token = null where company_id = ? and token_key = ? and lease_token = ?',
      [companyId, key, token],
    )
  }
}
