// Deletes old rows in pieces. Each piece is a transaction of its own, so that others can write in
// between. Ids begin with the time at which they were made, so the primary key finds the oldest
// rows of a table.
import type { Dialect } from '../engine/dialect.ts'
import { quoted, type Statement, type Value } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

export type OldRows =
  | 'events'
  | 'runs'
  | 'idle'
  | 'ended'
  | 'tries'
  | 'audit'
  | 'inbox'
  | 'refused'
  | 'outbox'
  | 'reclaimed'
  | 'uploads'
  | 'fetches'
  | 'replays'
  | 'unmatched'
  | 'hits'
  | 'unused'

/**
 * Which rows of a table are old. Columns in braces filter rows but must not be used to find them.
 * `id` is given where rows are walked through by their id. Old rows that must stay are then passed
 * once: the next piece begins behind them.
 */
type OldRowFilter = {
  table: string
  where: string
  values: (before: number) => Value[]
  id?: string
}
const marksOf = (where: string) => where.split('?').length - 1

const byTime = (table: string, where: string): OldRowFilter => ({
  table,
  where,
  values: (before) => [before],
})
const idBefore = (before: number) => Math.max(0, before).toString(16).padStart(12, '0')
const byId = (table: string, id: string, where: string): OldRowFilter => ({
  table,
  where,
  values: (before) => Array<number>(marksOf(where)).fill(before),
  id,
})

const places: Record<OldRows, OldRowFilter> = {
  events: byTime('stream_event', 'created_at < ?'),
  runs: byTime('job_run', 'started_at < ?'),
  idle: byTime('login', 'seen_at < ?'),
  ended: byTime('login', 'ends_at < ?'),
  tries: byId('login_log', 'login_log_id', 'at < ?'),
  audit: byId('audit_log', 'audit_id', 'at < ?'),
  // pushes that the database refused are kept until an admin has seen them, and for the same period
  // after that
  inbox: byId(
    'inbox',
    'inbox_id',
    "created_at < ? and (state <> 'refused' or exists (select 1 from refused_push r" +
      ' where r.inbox_id = inbox.inbox_id and (r.read_at < ? or r.reread_at < ?)))',
  ),
  // entries of the list of refused pushes are deleted after the pushes themselves, so that no push
  // is left without its entry
  refused: byId(
    'refused_push',
    'inbox_id',
    'created_at < ? and (read_at < ? or reread_at < ?)' +
      ' and not exists (select 1 from inbox i where i.inbox_id = refused_push.inbox_id)',
  ),
  // sent replies are deleted, but not those that failed or whose result is unknown, which a person
  // may still settle, and not answers outside a session, which are found through this row
  outbox: byId(
    'outbox',
    'outbox_id',
    "settled_at < ? and {state} = 'sent' and session_id is not null",
  ),
  reclaimed: byId('reclaimed', 'reclaimed_id', 'at < ?'),
  uploads: byTime('media_upload', 'dies_at < ?'),
  fetches: byTime('media_fetch', "state <> 'pending' and retry_at < ?"),
  replays: byTime('rule_replay', 'created_at < ?'),
  unmatched: byTime('rule_unmatched', 'last_at < ?'),
  hits: byTime('rule_hit', 'day < ?'),
  unused: byTime('resources', 'used = 0 and add_time < ?'),
}

/** The statement that deletes one piece of a kind of old rows. */
export function forgetting(
  dialect: Dialect,
  kind: OldRows,
  { before, most, between }: { before: number; most: number; between?: [string, string] },
): Statement {
  const { table, where: named, values, id } = places[kind]
  const where = named.replace(/\{(\w+)\}/, (_, column: string) => dialect.filter(column))
  return between && id !== undefined
    ? {
        text: dialect.deleteSome(quoted(table), `${id} > ? and ${id} <= ? and ${where}`),
        values: [...between, ...values(before), most],
      }
    : { text: dialect.deleteSome(quoted(table), where), values: [...values(before), most] }
}

/** `next` is the id after which the next piece begins; null if there is none. */
type Forgotten = { forgotten: number; next: string | null }

export class OldRowQueries extends Queries {
  /** Deletes a piece of old rows. At most `most` rows are looked at. */
  async forget(
    kind: OldRows,
    { before, after, most }: { before: number; after: string; most: number },
  ): Promise<Forgotten> {
    const { table, id } = places[kind]
    const run = (between?: [string, string]) => {
      const how = { before, most, ...(between && { between }) }
      const { text, values } = forgetting(this.sql.dialect, kind, how)
      return this.sql.run(text, values)
    }
    if (id === undefined) {
      const forgotten = await run()
      return { forgotten, next: forgotten === most ? after : null }
    }
    const piece = await this.sql.one<{ n: number; last: string | null }>(
      `select count(*) as n, max(${id}) as last from (select ${id} from ${quoted(table)} where ${id} > ? and ${id} < ? order by ${id} limit ?) piece`,
      [after, idBefore(before), most],
    )
    if (!piece || piece.last === null) return { forgotten: 0, next: null }
    const forgotten = await run([after, piece.last])
    return { forgotten, next: piece.n === most ? piece.last : null }
  }
}
