import type { MessageRow, RuleReplayRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

export type Typed = { after: string; from: number; to: number; limit: number }
export type TypedRow = Pick<MessageRow, 'message_id' | 'account_id' | 'text' | 'add_time'>

export class ReplayQueries extends Queries {
  /**
   * Texts that followers typed, ordered by id, for replays. `after` limits the ids, `from` and `to`
   * the times.
   */
  typed(companyId: string, { after, from, to, limit }: Typed) {
    return this.sql.all<TypedRow>(
      "select message_id, account_id, text, add_time from message_data where message_id > ? and company_id = ? and opercode = 2 and type = 'text'" +
        ' and add_time >= ? and add_time < ? order by message_id limit ?',
      [after, companyId, from, to, limit],
    )
  }

  async countTyped(companyId: string, { after, from, to }: Omit<Typed, 'limit'>) {
    return Number(
      (
        await this.sql.one<{ n: number }>(
          "select count(*) as n from message_data where message_id > ? and company_id = ? and opercode = 2 and type = 'text'" +
            ' and add_time >= ? and add_time < ?',
          [after, companyId, from, to],
        )
      )?.n,
    )
  }

  insert(row: RuleReplayRow) {
    this.sql.insert('rule_replay', [row])
  }

  find(companyId: string, id: string) {
    return this.sql.one<RuleReplayRow>(
      'select * from rule_replay where company_id = ? and replay_id = ?',
      [companyId, id],
    )
  }

  open(companyId: string) {
    return this.sql.all<RuleReplayRow>(
      "select * from rule_replay where company_id = ? and state in ('waiting', 'running')",
      [companyId],
    )
  }

  firstToRun() {
    return this.sql.one<RuleReplayRow>(
      "select * from rule_replay where state = 'waiting' order by created_at limit 1",
    )
  }

  /** Takes a replay for working on it; only one process can. */
  take(id: string, lease: { token: string; until: number }) {
    return this.sql.run(
      "update rule_replay set state = 'running', token = ?, lease_until = ? where replay_id = ? and state = 'waiting'",
      [lease.token, lease.until, id],
    )
  }

  /**
   * Stores the progress of a replay. Returns 0 if the replay was cancelled or taken over by another
   * process.
   */
  tell(id: string, token: string, to: { total: number; done: number; until: number }) {
    return this.sql.run(
      "update rule_replay set total = ?, done = ?, lease_until = ? where replay_id = ? and token = ? and state = 'running'",
      [to.total, to.done, to.until, id, token],
    )
  }

  end(
    id: string,
    token: string,
    to: { state: string; done: number; result: string | null; at: number },
  ) {
    return this.sql.run(
      "update rule_replay set state = ?, done = ?, result = ?, ended_at = ?, lease_until = null where replay_id = ? and token = ? and state = 'running'",
      [to.state, to.done, to.result, to.at, id, token],
    )
  }

  release(id: string, token: string) {
    return this.sql.run(
      "update rule_replay set state = 'waiting', done = 0, token = null, lease_until = null where replay_id = ? and token = ? and state = 'running'",
      [id, token],
    )
  }

  cancel(companyId: string, id: string, at: number) {
    return this.sql.run(
      "update rule_replay set state = 'cancelled', ended_at = ?, lease_until = null where company_id = ? and replay_id = ? and state in ('waiting', 'running')",
      [at, companyId, id],
    )
  }

  /**
   * Marks replays as failed whose lease has expired, because the process that worked on them died.
   */
  failExpired(now: number) {
    return this.sql.run(
      "update rule_replay set state = 'failed', ended_at = ?, lease_until = null where state = 'running' and lease_until <= ?",
      [now, now],
    )
  }
}
