import { EntitySchema } from 'typeorm'
import { big, id, int, key, nullable, primary, text } from './columns.ts'

/** Every try to sign in; the lock-out counts its failures. */
export type LoginLogRow = {
  login_log_id: string
  username: string
  ip: string
  result: string
  uid: number | null
  at: number
}

export const loginLog = new EntitySchema<LoginLogRow>({
  name: 'login_log',
  tableName: 'login_log',
  columns: {
    login_log_id: id(primary),
    username: text(64),
    ip: key(64),
    result: key(16),
    uid: int(nullable),
    at: big(),
  },
  indices: [
    { name: 'ix_login_log_username_ip_at', columns: ['username', 'ip', 'at'] },
    { name: 'ix_login_log_ip_at', columns: ['ip', 'at'] },
  ],
})
