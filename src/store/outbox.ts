import type { OutboxRow } from '../../entities/index.ts'
import { list, type Sql } from './sql.ts'

const noneBefore =
  "not exists (select 1 from outbox p where p.wx_user_id = o.wx_user_id and p.n < o.n and p.state in ('pending', 'sending'))"

export const outboxQueries = (sql: Sql) => ({
  insert: (rows: OutboxRow[]) => sql.insert('outbox', rows),
  find: (id: string) => sql.one<OutboxRow>('select * from outbox where outbox_id = ?', [id]),
  /** Each follower's lowest unsettled row that may leave now. */
  ready: (now: number, limit: number) =>
    sql.all<OutboxRow>(
      `select * from outbox o where o.state = 'pending' and o.way = 'api' and o.retry_at <= ? and ${noneBefore} order by o.created_at limit ?`,
      [now, limit],
    ),
  lease: (id: string, lease: { token: string; until: number; inflightKey: string }) =>
    sql.run(
      "update outbox set state = 'sending', lease_token = ?, lease_until = ?, inflight_key = ?, attempts = attempts + 1" +
        " where outbox_id = ? and state = 'pending'",
      [lease.token, lease.until, lease.inflightKey, id],
    ),
  /** Only the holder of the lease may settle; 0 when it has lost it. */
  settle: (
    id: string,
    token: string,
    to: { state: string; errcode: number | null; retryAt: number; at: number | null },
  ) =>
    sql.run(
      'update outbox set state = ?, errcode = ?, retry_at = ?, settled_at = ?, inflight_key = null, lease_until = null' +
        " where outbox_id = ? and lease_token = ? and state in ('sending', 'unknown')",
      [to.state, to.errcode, to.retryAt, to.at, id, token],
    ),
  /** The answer was fully written in time; a late truth may still settle what was unknown. */
  passiveWritten: (ids: string[], at: number) => {
    const some = list(ids)
    return sql.write(
      // `not in`: for `in` SQLite would rather walk through all that are sending than look up the ids
      `update outbox set state = 'sent', settled_at = ?, lease_until = null where outbox_id in (${some.marks})` +
        " and way = 'passive' and state not in ('pending', 'sent', 'failed')",
      [at, ...some.values],
    )
  },
  expired: (now: number, limit: number) =>
    sql.all<OutboxRow>(
      "select * from outbox where state = 'sending' and lease_until <= ? order by lease_until limit ?",
      [now, limit],
    ),
  giveUp: (id: string, at: number) =>
    sql.run(
      "update outbox set state = 'unknown', settled_at = ?, inflight_key = null, lease_until = null where outbox_id = ? and state = 'sending'" +
        ' and lease_until <= ?',
      [at, id, at],
    ),
  /** A person decides what the platform never told. */
  resolve: (id: string, state: string, at: number) =>
    sql.run(
      "update outbox set state = ?, settled_at = ? where outbox_id = ? and state in ('failed', 'unknown')",
      [state, at, id],
    ),
  drop: (sessionId: string, at: number) =>
    sql.write(
      "update outbox set state = 'failed', settled_at = ? where session_id = ? and state = 'pending'",
      [at, sessionId],
    ),
  anyPending: async () =>
    (await sql.one("select outbox_id from outbox where state = 'pending' limit 1")) !== null,
  pendingOf: (sessionId: string) =>
    sql.all<OutboxRow>(
      "select * from outbox where session_id = ? and state = 'pending' order by n",
      [sessionId],
    ),
})
