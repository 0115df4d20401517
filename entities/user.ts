import { big, id, int, key, nullable, type Row, serial, table, text } from './columns.ts'

/** A person who can sign in: agent, supervisor or admin. */
export const user = table(
  'user',
  {
    uid: int(serial),
    company_id: id(),
    username: text(64),
    password_hash: key(255),
    name: text(64),
    role: key(16),
    operator: int(),
    enabled: int(),
    presence: key(16),
    seen_at: big(),
    created_at: big(),
    /** Their own greeting at the start of a session; if NULL, the company's greeting is used. */
    greeting: text(500, nullable),
    /**
     * To whom the sessions of a disabled person go: `queue`, `deputies` or a uid. NULL for a person
     * who is enabled, like `disabled_by`, the admin who disabled them.
     */
    sessions_to: key(16, nullable),
    disabled_by: int(nullable),
  },
  {
    uniques: [{ name: 'uq_user_username', columns: ['username'] }],
    indices: [{ name: 'ix_user_company_id', columns: ['company_id'] }],
  },
)
export type UserRow = Row<typeof user>
