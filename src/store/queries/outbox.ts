import type { OutboxRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

const noneBefore =
  "not exists (select 1 from outbox p where p.wx_user_id = o.wx_user_id and p.n < o.n and p.state in ('pending', 'sending'))"

export class OutboxQueries extends Queries {
  insert(rows: OutboxRow[]) {
    this.sql.insert('outbox', rows)
  }

  find(id: string) {
    return this.sql.one<OutboxRow>('select * from outbox where outbox_id = ?', [id])
  }

  /**
   * Accounts that have something to send. Lines with files are listed separately, because uploads
   * have a share of their own.
   */
  pending() {
    return this.sql.all<{ account_id: string; holds_files: number }>(
      "select account_id, holds_files from outbox where state = 'pending' group by account_id, holds_files",
    )
  }

  /**
   * The replies of an account that may be sent now: for each follower the first unfinished one,
   * because replies to one follower are sent in order.
   */
  ready(accountId: string, holdsFiles: number, { now, limit }: { now: number; limit: number }) {
    return this.sql.all<OutboxRow>(
      "select * from outbox o where o.state = 'pending' and o.account_id = ? and o.holds_files = ? and o.way = 'api' and o.retry_at <= ?" +
        ` and ${noneBefore} order by o.created_at limit ?`,
      [accountId, holdsFiles, now, limit],
    )
  }

  lease(id: string, lease: { token: string; until: number; inflightKey: string }) {
    return this.sql.run(
      "update outbox set state = 'sending', lease_token = ?, lease_until = ?, inflight_key = ?, attempts = attempts + 1" +
        " where outbox_id = ? and state = 'pending'",
      [lease.token, lease.until, lease.inflightKey, id],
    )
  }

  /** Renews leases for their holder, and returns those it still has. */
  async renew(held: { id: string; token: string }[], until: number): Promise<string[]> {
    const [ids, tokens] = [list(held.map(({ id }) => id)), list(held.map(({ token }) => token))]
    const mine = `outbox_id in (${ids.marks}) and lease_token in (${tokens.marks}) and state not in ('pending', 'sent', 'failed', 'unknown')`
    const values = [...ids.values, ...tokens.values]
    await this.sql.run(`update outbox set lease_until = ? where ${mine}`, [until, ...values])
    const rows = await this.sql.all<{ outbox_id: string }>(
      `select outbox_id from outbox where ${mine}`,
      values,
    )
    return rows.map((row) => row.outbox_id)
  }

  /**
   * Stores what became of a reply. Only the process that leased it last may do so, also after the
   * lease has expired and the reply has become unknown. Returns 0 for any other process, and if the
   * reply has been settled meanwhile.
   */
  settle(
    id: string,
    token: string,
    to: { state: string; errcode: number | null; retryAt: number; at: number | null },
  ) {
    return this.sql.run(
      'update outbox set state = ?, errcode = ?, retry_at = ?, settled_at = ?, inflight_key = null, lease_until = null' +
        " where outbox_id = ? and lease_token = ? and state in ('sending', 'unknown')",
      [to.state, to.errcode, to.retryAt, to.at, id, token],
    )
  }

  /**
   * Marks passive answers as sent that were fully written to WeChat, even if they had become
   * unknown before.
   */
  passiveWritten(ids: string[], at: number) {
    const some = list(ids)
    this.sql.write(
      // `not in` is used because with `in` SQLite would read all rows that are being sent instead
      // of looking up the ids
      `update outbox set state = 'sent', settled_at = ?, lease_until = null where outbox_id in (${some.marks})` +
        " and way = 'passive' and state not in ('pending', 'sent', 'failed')",
      [at, ...some.values],
    )
  }

  expired(now: number, limit: number) {
    return this.sql.all<OutboxRow>(
      "select * from outbox where state = 'sending' and lease_until <= ? order by lease_until limit ?",
      [now, limit],
    )
  }

  /**
   * Marks a reply as unknown if its lease has expired. The lease may have been renewed since it was
   * read; then nothing changes.
   */
  giveUp(id: string, lease: { until: number; at: number }) {
    return this.sql.run(
      "update outbox set state = 'unknown', settled_at = ?, inflight_key = null, lease_until = null where outbox_id = ? and state = 'sending'" +
        ' and lease_until = ?',
      [lease.at, id, lease.until],
    )
  }

  /**
   * Stores what a person decided about a reply that failed or whose result is unknown. A late
   * answer from WeChat does not overwrite it.
   */
  resolve(id: string, state: string, at: number) {
    return this.sql.run(
      "update outbox set state = ?, settled_at = ? where outbox_id = ? and state in ('failed', 'unknown')",
      [state, at, id],
    )
  }

  drop(sessionId: string, at: number) {
    this.sql.write(
      "update outbox set state = 'failed', settled_at = ? where session_id = ? and state = 'pending'",
      [at, sessionId],
    )
  }

  async anyPending() {
    return (
      (await this.sql.one("select outbox_id from outbox where state = 'pending' limit 1")) !== null
    )
  }

  pendingOf(sessionId: string) {
    return this.sql.all<OutboxRow>(
      "select * from outbox where session_id = ? and state = 'pending' order by n",
      [sessionId],
    )
  }
}
