import type { MessageRow, RuleReplayRow } from '../../../entities/index.ts'
import type { Sql } from '../engine/sql.ts'

export type Typed = { after: string; from: number; to: number; limit: number }
export type TypedRow = Pick<MessageRow, 'message_id' | 'account_id' | 'text' | 'add_time'>

export const replayQueries = (sql: Sql) => ({
  /**
   * Texts that followers typed, ordered by id, for replays. `since` limits the ids, `from` and `to`
   * the times.
   */
  typed: (companyId: string, { after, from, to, limit }: Typed) =>
    sql.all<TypedRow>(
      "select message_id, account_id, text, add_time from message_data where message_id > ? and company_id = ? and opercode = 2 and type = 'text'" +
        ' and add_time >= ? and add_time < ? order by message_id limit ?',
      [after, companyId, from, to, limit],
    ),
  countTyped: async (companyId: string, { after, from, to }: Omit<Typed, 'limit'>) =>
    Number(
      (
        await sql.one<{ n: number }>(
          "select count(*) as n from message_data where message_id > ? and company_id = ? and opercode = 2 and type = 'text'" +
            ' and add_time >= ? and add_time < ?',
          [after, companyId, from, to],
        )
      )?.n,
    ),
  insertReplay: (row: RuleReplayRow) => sql.insert('rule_replay', [row]),
  replay: (companyId: string, id: string) =>
    sql.one<RuleReplayRow>('select * from rule_replay where company_id = ? and replay_id = ?', [
      companyId,
      id,
    ]),
  replaysOpen: (companyId: string) =>
    sql.all<RuleReplayRow>(
      "select * from rule_replay where company_id = ? and state in ('waiting', 'running')",
      [companyId],
    ),
  replayWaiting: () =>
    sql.one<RuleReplayRow>(
      "select * from rule_replay where state = 'waiting' order by created_at limit 1",
    ),
  /** Succeeds for the one process that will work on the replay. */
  takeReplay: (id: string, lease: { token: string; until: number }) =>
    sql.run(
      "update rule_replay set state = 'running', token = ?, lease_until = ? where replay_id = ? and state = 'waiting'",
      [lease.token, lease.until, id],
    ),
  /** Returns 0 if the replay was cancelled or taken over by another process. */
  tellReplay: (id: string, token: string, to: { total: number; done: number; until: number }) =>
    sql.run(
      "update rule_replay set total = ?, done = ?, lease_until = ? where replay_id = ? and token = ? and state = 'running'",
      [to.total, to.done, to.until, id, token],
    ),
  endReplay: (
    id: string,
    token: string,
    to: { state: string; done: number; result: string | null; at: number },
  ) =>
    sql.run(
      "update rule_replay set state = ?, done = ?, result = ?, ended_at = ?, lease_until = null where replay_id = ? and token = ? and state = 'running'",
      [to.state, to.done, to.result, to.at, id, token],
    ),
  releaseReplay: (id: string, token: string) =>
    sql.run(
      "update rule_replay set state = 'waiting', done = 0, token = null, lease_until = null where replay_id = ? and token = ? and state = 'running'",
      [id, token],
    ),
  cancelReplay: (companyId: string, id: string, at: number) =>
    sql.run(
      "update rule_replay set state = 'cancelled', ended_at = ?, lease_until = null where company_id = ? and replay_id = ? and state in ('waiting', 'running')",
      [at, companyId, id],
    ),
  /** Replays whose process died are marked as failed. */
  failReplays: (now: number) =>
    sql.run(
      "update rule_replay set state = 'failed', ended_at = ?, lease_until = null where state = 'running' and lease_until <= ?",
      [now, now],
    ),
})
