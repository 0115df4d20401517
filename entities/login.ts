import { EntitySchema } from 'typeorm'
import { big, id, int, key, nullable, primary, text } from './columns.ts'

/** A live sign-in: the hash of its token, never the token. */
export type LoginRow = {
  token_hash: string
  company_id: string
  uid: number
  device: string | null
  created_at: number
  seen_at: number
  ends_at: number
}

export const login = new EntitySchema<LoginRow>({
  name: 'login',
  tableName: 'login',
  columns: {
    token_hash: key(64, primary),
    company_id: id(),
    uid: int(),
    device: text(64, nullable),
    created_at: big(),
    seen_at: big(),
    ends_at: big(),
  },
  indices: [
    { name: 'ix_login_uid', columns: ['uid'] },
    { name: 'ix_login_seen_at', columns: ['seen_at'] },
    { name: 'ix_login_ends_at', columns: ['ends_at'] },
  ],
})
