import type { LedgerRow, SessionRow } from '../../entities/index.ts'
import { list, type Sql } from './sql.ts'

export type QueuedRow = { session_id: string, company_id: string, lane: string, rank: number }

export const sessionQueries = (sql: Sql) => ({
  lockByOpenKeys: (keys: string[]) => {
    const some = list(keys)
    return sql.all<SessionRow>(
      `select * from message_session where open_key in (${some.marks}) order by open_key${sql.dialect.forUpdate}`, some.values)
  },
  lock: (companyId: string, id: string) => sql.one<SessionRow>(
    `select * from message_session where company_id = ? and session_id = ?${sql.dialect.forUpdate}`, [companyId, id]),
  find: (companyId: string, id: string) => sql.one<SessionRow>(
    'select * from message_session where company_id = ? and session_id = ?', [companyId, id]),
  /** Whole rows, locked before by open_key or id, or new. */
  save: (rows: SessionRow[]) => rows.length === 0 ? Promise.resolve() : sql.upsert('message_session', rows, {
    key: 'session_id', update: Object.keys(rows[0] ?? {}).filter((name) => !['session_id', 'company_id', 'add_time'].includes(name)),
  }),
  /** What a line changes on an open session. Named one by one: SQLite rewrites every index whose column is set, changed or not. */
  touch: (rows: SessionRow[]) => rows.length === 0 ? Promise.resolve() : sql.upsert('message_session', rows, {
    key: 'session_id', update: ['seq', 'visitor_offset', 'agent_offset', 'unread', 'receive_message_time', 'send_time', 'last_message_id'],
  }),
  /** The one owner: only a session still queued in the lane the right was checked for. */
  claim: (id: string, lane: string, owner: { uid: number, customerServiceId: number | null, at: number }) => sql.run(
    'update message_session set state = 1, uid = ?, customer_service_id = ?, fence = fence + 1, ledger_n = ledger_n + 1, lane = null,' +
    ' `rank` = null, queued_at = null, assigned_at = ? where session_id = ? and state = 3 and lane = ?',
    [owner.uid, owner.customerServiceId, owner.at, id, lane]),
  writeLedger: (rows: LedgerRow[]) => sql.insert('session_ledger', rows),
  ledger: (companyId: string, id: string, page: { after: number, limit: number }) => sql.all<LedgerRow>(
    'select * from session_ledger where company_id = ? and session_id = ? and n > ? order by n limit ?', [companyId, id, page.after, page.limit]),

  heads: (companyId: string, lane: string, limit: number) => sql.all<QueuedRow>(
    'select session_id, company_id, lane, `rank` from message_session where company_id = ? and lane = ? and state = 3' +
    ' order by `rank`, session_id limit ?', [companyId, lane, limit]),
  queued: (companyId: string) => sql.all<QueuedRow>(
    'select session_id, company_id, lane, `rank` from message_session where company_id = ? and state = 3', [companyId]),
  inLanes: (companyId: string, lanes: string[] | null, page: { rank: number, id: string, limit: number }) => {
    const some = list(lanes ?? [])
    const where = lanes ? ` and lane in (${some.marks})` : ''
    return sql.all<SessionRow>(
      `select * from message_session where company_id = ? and state = 3${where} and (\`rank\` > ? or (\`rank\` = ? and session_id > ?))` +
      ' order by `rank`, session_id limit ?', [companyId, ...(lanes ? some.values : []), page.rank, page.rank, page.id, page.limit])
  },
  ofOwner: (companyId: string, { uid, states }: { uid: number | null, states: number[] }, page: { before: string, limit: number }) => sql.all<SessionRow>(
    `select * from message_session where company_id = ? and state in (${states.join(',')})${uid === null ? '' : ' and uid = ?'}` +
    ' and session_id < ? order by session_id desc limit ?', [companyId, ...(uid === null ? [] : [uid]), page.before, page.limit]),
  ofCustomer: (companyId: string, customerId: string, page: { before: string, limit: number }) => sql.all<SessionRow>(
    'select * from message_session where company_id = ? and wx_user_id = ? and session_id < ? order by session_id desc limit ?',
    [companyId, customerId, page.before, page.limit]),
  openOf: (companyId: string, customerId: string) => sql.one<SessionRow>(
    `select * from message_session where company_id = ? and wx_user_id = ? and open_key is not null${sql.dialect.forUpdate}`,
    [companyId, customerId]),
  /** Queued for one agent alone for too long. */
  reservedSince: (companyId: string, before: number, limit: number) => sql.all<{ session_id: string, wx_user_id: string }>(
    "select session_id, wx_user_id from message_session where company_id = ? and state = 3 and lane like 'user:%' and queued_at <= ?" +
    ' order by queued_at limit ?', [companyId, before, limit]),
})
