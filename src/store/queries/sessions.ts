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
/** Every column that is not fixed at its birth; one that is added later is among them. */
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
  /** Of open sessions that could not be locked: which are there all the same. */
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
  /** A whole row, locked before by open_key or id. */
  save: (row: SessionRow) =>
    sql.update('message_session', [row], { key: 'session_id', set: changing(row) }),
  /** What a line changes on an open session. Named one by one: SQLite rewrites every index whose column is set, changed or not. */
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
   * The one owner: only a session still queued in the lane the right was checked for. All of the row is written, as `save` does:
   * a greeting goes with the claim, and the lines it adds are counted on the session.
   */
  claim: (row: SessionRow, lane: string) => {
    const names = changing(row)
    return sql.run(
      `update message_session set ${names.map((name) => `${quoted(name)} = ?`).join(', ')}` +
        ' where session_id = ? and state = 3 and lane = ?',
      [...names.map((name) => row[name]), row.session_id, lane],
    )
  },
  /** Looking on changes nothing else, so nothing else is locked. */
  watch: (companyId: string, id: string, until: number) =>
    sql.run(
      'update message_session set watched_until = ? where company_id = ? and session_id = ?',
      [until, companyId, id],
    ),
  /** Has this person ever owned it? */
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
