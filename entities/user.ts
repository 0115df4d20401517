import { EntitySchema } from 'typeorm'
import { big, id, int, key, nullable, serial, text } from './columns.ts'

/** A person who signs in. */
export type UserRow = {
  uid: number
  company_id: string
  username: string
  password_hash: string
  name: string
  role: string
  operator: number
  enabled: number
  presence: string
  seen_at: number
  created_at: number
  /** What he says first in a session; NULL: what the company says. */
  greeting: string | null
  /** Of a disabled person: who gets their sessions (queue, deputies or a uid), and who has said so. */
  sessions_to: string | null
  disabled_by: number | null
}

export const user = new EntitySchema<UserRow>({
  name: 'user',
  tableName: 'user',
  columns: {
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
    greeting: text(500, nullable),
    sessions_to: key(16, nullable),
    disabled_by: int(nullable),
  },
  uniques: [{ name: 'uq_user_username', columns: ['username'] }],
  indices: [{ name: 'ix_user_company_id', columns: ['company_id'] }],
})
