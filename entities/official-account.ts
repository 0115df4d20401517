import { EntitySchema } from 'typeorm'
import { big, id, int, key, long, nullable, primary, text } from './columns.ts'

/** One account of a company; its secrets are encrypted. */
export type AccountRow = {
  account_id: string
  company_id: string
  kind: string
  appid: string
  name: string
  original_id: string
  app_secret: string | null
  token: string | null
  aes_key: string | null
  mode: string
  binding: string
  own_lane: number
  site_key: string | null
  allowed_origins: string | null
  deleted_at: number | null
  created_at: number
  /** 1 official account, 2 mini program. */
  type: number
  /** What the platform may still sign and encrypt with after a change. */
  token_previous: string | null
  aes_key_previous: string | null
  keys_changed_at: number | null
  component_appid: string | null
  unbound_pushes: number
  unbound_push_at: number | null
  /** The appid while the account is in use, else NULL: unique, so nobody else has it then, and anybody may have it after. */
  live_appid: string | null
  /** When its owner took the platform's authorisation back; NULL while the platform may speak for it. */
  withdrawn_at: number | null
  /** The newest time that WeChat told in a push, and when by our clock it came. */
  newest_push: number | null
  newest_push_at: number | null
  /** Refused, because their time was long gone. */
  old_pushes: number
  old_push_at: number | null
}

export const account = new EntitySchema<AccountRow>({
  name: 'official_account',
  tableName: 'official_account',
  columns: {
    account_id: id(primary),
    company_id: id(),
    kind: key(16),
    appid: key(32),
    name: text(100),
    original_id: key(64),
    app_secret: key(255, nullable),
    token: key(255, nullable),
    aes_key: key(255, nullable),
    mode: key(16),
    binding: key(16),
    own_lane: int(),
    site_key: key(64, nullable),
    allowed_origins: long(nullable),
    deleted_at: big(nullable),
    created_at: big(),
    type: int(),
    token_previous: key(255, nullable),
    aes_key_previous: key(255, nullable),
    keys_changed_at: big(nullable),
    component_appid: key(32, nullable),
    unbound_pushes: int(),
    unbound_push_at: big(nullable),
    live_appid: key(32, nullable),
    withdrawn_at: big(nullable),
    newest_push: big(nullable),
    newest_push_at: big(nullable),
    old_pushes: int(),
    old_push_at: big(nullable),
  },
  uniques: [{ name: 'uq_official_account_live_appid', columns: ['live_appid'] }],
  indices: [{ name: 'ix_official_account_company_id', columns: ['company_id'] }],
})
