import type { LedgerRow, SessionRow } from '../../../entities/index.ts'
import { openKeyOfId } from './customers.ts'
import { agentSessions } from './agent-sessions.ts'
import { sessionRanks } from './session-ranks.ts'
import { sessionLists } from './session-lists.ts'
import { list, quoted, type Sql } from '../engine/sql.ts'

const born: (keyof SessionRow)[] = [
  'session_id',
  'company_id',
  'account_id',
  'appid',
  'wx_user_id',
  'add_time',
]
/**
 * All columns except those that are fixed when the session is created. Columns added later are
 * included automatically.
 */
const changing = (row: SessionRow) =>
  (Object.keys(row) as (keyof SessionRow)[]).filter((name) => !born.includes(name))

export const sessionQueries = (sql: Sql) => ({
  lockByOpenKeys: (keys: string[], patient: boolean) => {
    const some = list(keys)
    const lock = patient ? sql.dialect.forUpdate : (sql.dialect.skipLocked ?? sql.dialect.forUpdate)
    return sql.all<SessionRow>(
      `select * from message_session where open_key in (${some.marks}) order by open_key${lock}`,
      some.values,
    )
  },
  /** Which of these open sessions exist although they could not be locked. */
  held: async (keys: string[]) => {
    if (sql.dialect.skipLocked === null) return []
    const some = list(keys)
    return (
      await sql.all<{ open_key: string }>(
        `select open_key from message_session where open_key in (${some.marks})`,
        some.values,
      )
    ).map((row) => row.open_key)
  },
  lock: (companyId: string, id: string) =>
    sql.one<SessionRow>(
      `select * from message_session where company_id = ? and session_id = ?${sql.dialect.forUpdate}`,
      [companyId, id],
    ),
  lockMany: (companyId: string, ids: string[]) => {
    const some = list(ids)
    return sql.all<SessionRow>(
      `select * from message_session where ${sql.dialect.filter('company_id')} = ? and session_id in (${some.marks}) order by session_id${sql.dialect.forUpdate}`,
      [companyId, ...some.values],
    )
  },
  find: (companyId: string, id: string) =>
    sql.one<SessionRow>('select * from message_session where company_id = ? and session_id = ?', [
      companyId,
      id,
    ]),
  insert: (rows: SessionRow[]) => sql.insert('message_session', rows),
  /** Writes the whole row, which must have been locked by open_key or id. */
  save: (row: SessionRow) =>
    sql.update('message_session', [row], { key: 'session_id', set: changing(row) }),
  /**
   * Writes the columns that a new line changes on an open session. They are listed one by one,
   * because SQLite updates the index of every column that is set, even if its value stays the same.
   */
  touch: (rows: SessionRow[]) =>
    sql.update('message_session', rows, {
      key: 'session_id',
      set: [
        'seq',
        'visitor_offset',
        'agent_offset',
        'unread',
        'receive_message_time',
        'send_time',
        'last_message_id',
        'unanswered_since',
      ],
    }),
  /**
   * Takes the session for its new owner only if it is still queued in the lane for which the
   * caller's right was checked. The whole row is written, as with `save`, because a greeting may be
   * added in the same step and is counted on the session.
   */
  claim: (row: SessionRow, lane: string) => {
    const names = changing(row)
    return sql.run(
      `update message_session set ${names.map((name) => `${quoted(name)} = ?`).join(', ')}` +
        ' where session_id = ? and state = 3 and lane = ?',
      [...names.map((name) => row[name]), row.session_id, lane],
    )
  },
  /** Watching changes nothing else, so no other rows are locked. */
  watch: (companyId: string, id: string, until: number) =>
    sql.run(
      'update message_session set watched_until = ? where company_id = ? and session_id = ?',
      [until, companyId, id],
    ),
  /** Whether this person has ever owned the session. */
  wasOwner: async (companyId: string, id: string, uid: number) =>
    (await sql.one(
      'select n from session_ledger where company_id = ? and session_id = ? and uid = ? limit 1',
      [companyId, id, uid],
    )) !== null,
  writeLedger: (rows: LedgerRow[]) => sql.insert('session_ledger', rows),
  ledger: (companyId: string, id: string, page: { after: number; limit: number }) =>
    sql.all<LedgerRow>(
      'select * from session_ledger where company_id = ? and session_id = ? and n > ? order by n limit ?',
      [companyId, id, page.after, page.limit],
    ),
  openOf: (companyId: string, customerId: string) =>
    sql.one<SessionRow>(
      `select * from message_session where company_id = ? and open_key = ${openKeyOfId}${sql.dialect.forUpdate}`,
      [companyId, customerId],
    ),

  ...agentSessions(sql),
  ...sessionRanks(sql),
  ...sessionLists(sql),
})
