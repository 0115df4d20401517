import { big, id, int, key, nullable, primary, type Row, table, text } from './columns.ts'

/**
 * A sign-in; its row is deleted when it ends, or by a job after it has expired. Only the hash of
 * its token is stored, never the token itself.
 */
export const login = table(
  'login',
  {
    token_hash: key(64, primary),
    company_id: id(),
    uid: int(),
    device: text(64, nullable),
    created_at: big(),
    seen_at: big(),
    ends_at: big(),
  },
  {
    indices: [
      { name: 'ix_login_uid', columns: ['uid'] },
      { name: 'ix_login_seen_at', columns: ['seen_at'] },
      { name: 'ix_login_ends_at', columns: ['ends_at'] },
    ],
  },
)
export type LoginRow = Row<typeof login>
