import { big, id, int, key, long, nullable, primary, type Row, table, text } from './columns.ts'

/** An account of a company at WeChat. Its secrets are stored encrypted. */
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
    /** What kind of account it is at WeChat: 1 an official account, 2 a mini program. */
    type: int(),
    /**
     * The token before the last change. WeChat may still sign with it for a while, so it is still
     * accepted.
     */
    token_previous: key(255, nullable),
    aes_key_previous: key(255, nullable),
    keys_changed_at: big(nullable),
    component_appid: key(32, nullable),
    unbound_pushes: int(),
    unbound_push_at: big(nullable),
    /**
     * The appid while the account is in use, otherwise NULL. The column is unique: no two accounts
     * in use share an appid, and a deleted account leaves its appid free.
     */
    live_appid: key(32, nullable),
    /**
     * When the account's owner withdrew the authorisation of the third-party platform; NULL if it
     * was not withdrawn, or there is no platform.
     */
    withdrawn_at: big(nullable),
    /**
     * The newest time found in a push from WeChat, and the time of our own clock when that push
     * came.
     */
    newest_push: big(nullable),
    newest_push_at: big(nullable),
    /** How many pushes were refused because their time was too long before the newest one. */
    old_pushes: int(),
    old_push_at: big(nullable),
  },
  {
    uniques: [{ name: 'uq_official_account_live_appid', columns: ['live_appid'] }],
    indices: [{ name: 'ix_official_account_company_id', columns: ['company_id'] }],
  },
)
export type AccountRow = Row<typeof account>
