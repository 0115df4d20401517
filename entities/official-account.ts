import { big, id, int, key, long, nullable, primary, type Row, table, text } from './columns.ts'

/** One account of a company; its secrets are encrypted. */
export const account = table(
  'official_account',
  {
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
    /** 1 official account, 2 mini program. */
    type: int(),
    /** What the platform may still sign and encrypt with after a change. */
    token_previous: key(255, nullable),
    aes_key_previous: key(255, nullable),
    keys_changed_at: big(nullable),
    component_appid: key(32, nullable),
    unbound_pushes: int(),
    unbound_push_at: big(nullable),
    /** The appid while the account is in use, else NULL: unique, so nobody else has it then, and anybody may have it after. */
    live_appid: key(32, nullable),
    /** When its owner took the platform's authorisation back; NULL while the platform may speak for it. */
    withdrawn_at: big(nullable),
    /** The newest time that WeChat told in a push, and when by our clock it came. */
    newest_push: big(nullable),
    newest_push_at: big(nullable),
    /** Refused, because their time was long gone. */
    old_pushes: int(),
    old_push_at: big(nullable),
  },
  {
    uniques: [{ name: 'uq_official_account_live_appid', columns: ['live_appid'] }],
    indices: [{ name: 'ix_official_account_company_id', columns: ['company_id'] }],
  },
)
export type AccountRow = Row<typeof account>
