import { big, id, int, key, nullable, primary, type Row, table, text } from './columns.ts'

/**
 * Every attempt to sign in. Failed ones are counted to lock the name or the address for a while.
 */
export const loginLog = table(
  'login_log',
  {
    login_log_id: id(primary),
    username: text(64),
    ip: key(64),
    result: key(16),
    uid: int(nullable),
    at: big(),
  },
  {
    indices: [
      { name: 'ix_login_log_username_ip_at', columns: ['username', 'ip', 'at'] },
      { name: 'ix_login_log_ip_at', columns: ['ip', 'at'] },
    ],
  },
)
export type LoginLogRow = Row<typeof loginLog>
