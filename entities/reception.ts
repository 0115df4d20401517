import { big, id, int, key, long, nullable, primary, type Row, table, text } from './columns.ts'

/** A reception: a QR code, and who receives the customers that come by it. */
export const reception = table(
  'reception',
  {
    reception_id: id(primary),
    company_id: id(),
    account_id: id(),
    scene: key(64),
    name: text(100),
    /**
     * Who receives the customers: `other` (anybody), `user` (a person) or `group`. A session's kind
     * has the same three values.
     */
    kind: key(16),
    uid: int(nullable),
    user_group_id: int(nullable),
    reply_text: long(nullable),
    tags: long(nullable),
    ticket: key(255, nullable),
    url: key(255, nullable),
    expires_at: big(nullable),
    follows: int(),
    unfollows: int(),
    scans: int(),
    created_at: big(),
  },
  {
    uniques: [{ name: 'uq_reception_account_id_scene', columns: ['account_id', 'scene'] }],
    indices: [
      { name: 'ix_reception_company_id_reception_id', columns: ['company_id', 'reception_id'] },
    ],
  },
)
export type ReceptionRow = Row<typeof reception>
