import { big, id, int, key, nullable, primary, type Row, table } from './columns.ts'

/** A push that SQL refused. What came stands in the inbox row with the same id. */
export const refusedPush = table(
  'refused_push',
  {
    inbox_id: id(primary),
    company_id: id(),
    account_id: id(),
    openid: key(64),
    kind: key(32),
    /** The line that stands for it in its session; null where there is none. */
    message_id: id(nullable),
    /** Which reader tried it last: a later one tries again. */
    reader: int(),
    /** Its words stand where they belong since then. */
    reread_at: big(nullable),
    /** An admin has seen to it. */
    read_at: big(nullable),
    read_by: int(nullable),
    created_at: big(),
  },
  {
    indices: [
      { name: 'ix_refused_push_company_id_created_at', columns: ['company_id', 'created_at'] },
      { name: 'ix_refused_push_reread_at', columns: ['reread_at'] },
      {
        name: 'ix_refused_push_company_id_reread_at_reader_created_at',
        columns: ['company_id', 'reread_at', 'reader', 'created_at'],
      },
    ],
  },
)
export type RefusedPushRow = Row<typeof refusedPush>
