import { EntitySchema } from 'typeorm'
import { big, id, key, long, nullable, primary } from './columns.ts'

/** One row for every push of any kind. The passive answer to a push is the message with the same id. */
export type InboxRow = {
  inbox_id: string
  company_id: string
  account_id: string
  dedup_key: string
  openid: string
  kind: string
  state: string
  raw_xml: string | null
  created_at: number
}

export const inbox = new EntitySchema<InboxRow>({
  name: 'inbox',
  tableName: 'inbox',
  columns: {
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
  uniques: [{ name: 'uq_inbox_account_id_dedup_key', columns: ['account_id', 'dedup_key'] }],
})
