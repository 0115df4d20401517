import { big, id, key, long, nullable, primary, type Row, table } from './columns.ts'

/**
 * One row for each push about an account, of whatever kind and however often WeChat delivers it.
 * Pushes to a third-party platform itself have none. The passive answer to a push is the message
 * that has the same id.
 */
export const inbox = table(
  'inbox',
  {
    inbox_id: id(primary),
    company_id: id(),
    account_id: id(),
    dedup_key: key(80),
    openid: key(64),
    kind: key(32),
    state: key(16),
    raw_xml: long(nullable),
    created_at: big(),
  },
  {
    uniques: [{ name: 'uq_inbox_account_id_dedup_key', columns: ['account_id', 'dedup_key'] }],
  },
)
export type InboxRow = Row<typeof inbox>
