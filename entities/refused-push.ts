import { EntitySchema } from 'typeorm'
import { big, id, int, key, nullable, primary } from './columns.ts'

/** A push that SQL refused. What came stands in the inbox row with the same id. */
export type RefusedPushRow = {
  inbox_id: string
  company_id: string
  account_id: string
  openid: string
  kind: string
  /** The line that stands for it in its session; null where there is none. */
  message_id: string | null
  /** Which reader tried it last: a later one tries again. */
  reader: number
  /** Its words stand where they belong since then. */
  reread_at: number | null
  /** An admin has seen to it. */
  read_at: number | null
  read_by: number | null
  created_at: number
}

export const refusedPush = new EntitySchema<RefusedPushRow>({
  name: 'refused_push',
  tableName: 'refused_push',
  columns: {
    inbox_id: id(primary),
    company_id: id(),
    account_id: id(),
    openid: key(64),
    kind: key(32),
    message_id: id(nullable),
    reader: int(),
    reread_at: big(nullable),
    read_at: big(nullable),
    read_by: int(nullable),
    created_at: big(),
  },
  indices: [
    { name: 'ix_refused_push_company_id_created_at', columns: ['company_id', 'created_at'] },
    { name: 'ix_refused_push_reread_at', columns: ['reread_at'] },
    {
      name: 'ix_refused_push_company_id_reread_at_reader_created_at',
      columns: ['company_id', 'reread_at', 'reader', 'created_at'],
    },
  ],
})
