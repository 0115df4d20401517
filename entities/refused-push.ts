import { big, id, int, key, nullable, primary, type Row, table } from './columns.ts'

/** A push that the database refused to store. Its raw XML is in the inbox row with the same id. */
export const refusedPush = table(
  'refused_push',
  {
    inbox_id: id(primary),
    company_id: id(),
    account_id: id(),
    openid: key(64),
    kind: key(32),
    /** The line that stands in the session in its place; null if there is none. */
    message_id: id(nullable),
    /** The version of our code that last tried to read it. A newer version tries again. */
    reader: int(),
    /**
     * When it was read successfully at last; since then its text is in the session where it
     * belongs.
     */
    reread_at: big(nullable),
    /** When an admin marked it as seen. */
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
