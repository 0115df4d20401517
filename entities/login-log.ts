import { big, id, int, key, nullable, primary, type Row, table, text } from './columns.ts'

/**
 * Attempts to sign in, except those that were refused because of a lock. Failed ones are counted to
 * lock a name for one address, or a whole address, for a while.
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
