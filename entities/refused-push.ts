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
    /** The line that stands in the session in place of the push; null if there is none. */
    message_id: id(nullable),
    /** The version of our code that last tried to read the push. A newer version tries again. */
    reader: int(),
    /**
     * When the push was read successfully after all. What it says then is in the session to which
     * it belongs; only a notice adds nothing. NULL until then.
     */
    reread_at: big(nullable),
    /** When an admin marked the push as seen; NULL until then. */
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
