// What is shown and walked through; nothing here is locked, so nothing here decides.
import type { SessionRow } from '../../entities/index.ts'
import { current, found } from './customers.ts'
import { oneOf, sessionLanes } from './session-lanes.ts'
import { list, type Sql, type Value } from './sql.ts'

export type QueuedRow = { session_id: string; company_id: string; lane: string; rank: number }
type RankedRow = { session_id: string; rank: number }
type PlacedRow = Pick<
  SessionRow,
  'session_id' | 'company_id' | 'state' | 'lane' | 'rank' | 'uid' | 'assigned_at'
>

export const ofFound = (companyId: string, search: string) => {
  const { where, values } = found(search)
  if (values.length === 0) return { where: '', values: [] }
  return {
    where: ` and wx_user_id in (select wx_user_id from wx_user where company_id = ?${where})`,
    values: [companyId, ...values],
  }
}

/** What a list is narrowed to; undefined does not care. */
export type Wanted = {
  search: string
  unanswered?: boolean | undefined
  answerable?: boolean | undefined
  now: number
}

function ofWanted(
  companyId: string,
  { search, unanswered, answerable, now }: Wanted,
): { where: string; values: Value[] } {
  const of = ofFound(companyId, search)
  const owed =
    unanswered === undefined ? '' : ` and unanswered_since is ${unanswered ? 'not null' : 'null'}`
  if (answerable === undefined) return { where: of.where + owed, values: of.values }
  return {
    where:
      `${of.where}${owed} and ${answerable ? '' : 'not '}(wx_user_id in` +
      ' (select wx_user_id from wx_user where company_id = ?' +
      ' and ((window_end > ? and budget_left > 0) or (brief_end > ? and brief_left > 0)))' +
      ' and account_id in (select account_id from official_account where company_id = ?' +
      " and deleted_at is null and binding <> 'unbound'))",
    values: [...of.values, companyId, now, now, companyId],
  }
}

export const sessionLists = (sql: Sql) => ({
  heads: (companyId: string, lane: string, limit: number) =>
    sql.all<QueuedRow>(
      'select session_id, company_id, lane, `rank` from message_session where company_id = ? and lane = ? and state = 3' +
        ' order by `rank`, session_id limit ?',
      [companyId, lane, limit],
    ),
  /** Per lane how many are queued and the sum of their ranks, to compare an index with. Only the covering index is read. */
  queuedSums: (companyId: string, modulus: number) =>
    sql.all<{ lane: string; n: number | string; total: number | string }>(
      `select lane, count(*) as n, sum(\`rank\` % ${modulus}) as total from message_session` +
        ' where company_id = ? and lane is not null and state = 3 group by lane',
      [companyId],
    ),
  /** The same of those given to a person who has not accepted. */
  waitingSums: (companyId: string, modulus: number) =>
    sql.all<{ uid: number; n: number | string; total: number | string }>(
      `select uid, count(*) as n, sum(assigned_at % ${modulus}) as total from message_session` +
        ' where company_id = ? and state = 0 and uid is not null group by uid',
      [companyId],
    ),
  queuedIn: (
    companyId: string,
    lane: string,
    { rank, id, limit }: { rank: number; id: string; limit: number },
  ) =>
    sql.all<RankedRow>(
      'select session_id, `rank` from message_session where company_id = ? and lane = ? and state = 3 and `rank` >= ?' +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    ),
  waitingFor: (companyId: string, uid: number) =>
    sql.all<RankedRow>(
      'select session_id, assigned_at as `rank` from message_session where company_id = ? and uid = ? and state = 0',
      [companyId, uid],
    ),
  placed: (companyId: string, ids: string[]) => {
    const some = list(ids)
    return sql.all<PlacedRow>(
      'select session_id, company_id, state, lane, `rank`, uid, assigned_at from message_session' +
        ` where ${sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  },
  inLanes: (
    companyId: string,
    { lanes, accountIds, ...wanted }: Wanted & { lanes?: string[]; accountIds?: readonly string[] },
    page: { rank: number; id: string; limit: number },
  ) => {
    const [some, accounts] = [oneOf('lane', lanes), oneOf('account_id', accountIds)]
    const inLane = {
      where: some.where + accounts.where,
      values: [...some.values, ...accounts.values],
    }
    const of = ofWanted(companyId, wanted)
    return sql.all<SessionRow>(
      `select * from message_session where company_id = ? and state = 3${inLane.where}${of.where} and` +
        ' (`rank` > ? or (`rank` = ? and session_id > ?)) order by `rank`, session_id limit ?',
      [companyId, ...inLane.values, ...of.values, page.rank, page.rank, page.id, page.limit],
    )
  },
  ofOwner: (
    companyId: string,
    { uid, states, ...wanted }: Wanted & { uid: number | null; states: number[] },
    page: { before: string; limit: number },
  ) => {
    const owner =
      uid === null ? { where: '', values: [] } : { where: ' and uid = ?', values: [uid] }
    const of = ofWanted(companyId, wanted)
    return sql.all<SessionRow>(
      `select * from message_session where company_id = ? and state in (${states.join(',')})${owner.where}${of.where}` +
        ' and session_id < ? order by session_id desc limit ?',
      [companyId, ...owner.values, ...of.values, page.before, page.limit],
    )
  },
  /** Those that do not count all of their lines. */
  miscounted: async (companyId: string, ids: string[]) => {
    const some = list(ids)
    const rows = await sql.all<{ session_id: string }>(
      `select s.session_id from message_session s where ${sql.dialect.filter('s.company_id')} = ? and s.session_id in (${some.marks})` +
        ' and s.seq < (select max(m.seq) from message_data m where m.session_id = s.session_id)',
      [companyId, ...some.values],
    )
    return rows.map((row) => row.session_id)
  },
  /** The last that had begun by then; the open one where none had. */
  newestAt: (companyId: string, customerId: string, at: number) =>
    sql.one<SessionRow>(
      `select * from message_session where ${sql.dialect.filter('company_id')} = ? and wx_user_id = ? and (add_time <= ? or open_key is not null)` +
        ' order by case when add_time <= ? then 0 else 1 end, add_time desc limit 1',
      [companyId, customerId, at, at],
    ),
  /** Which of these customers have an open one. */
  openAmong: async (companyId: string, customerIds: string[]) => {
    const some = list(customerIds)
    const rows = await sql.all<{ wx_user_id: string }>(
      `select wx_user_id from message_session where ${sql.dialect.filter('company_id')} = ? and wx_user_id in (${some.marks}) and open_key is not null`,
      [companyId, ...some.values],
    )
    return new Set(rows.map((row) => row.wx_user_id))
  },
  /** The newest first; ids are made by the clocks of several machines, so they come last. */
  /** The open one of a customer, else the newest. */
  currentOf: (companyId: string, customerId: string) =>
    sql.one<SessionRow>(
      `select * from message_session where company_id = ? and wx_user_id = ? ${current} limit 1`,
      [companyId, customerId],
    ),
  ofCustomer: (
    companyId: string,
    customerId: string,
    page: { before: SessionRow | null; limit: number },
  ) => {
    const before = page.before
      ? {
          where: ' and (add_time, session_id) < (?, ?)',
          values: [page.before.add_time, page.before.session_id],
        }
      : { where: '', values: [] }
    return sql.all<SessionRow>(
      `select * from message_session where ${sql.dialect.filter('company_id')} = ? and wx_user_id = ?${before.where}` +
        ' order by add_time desc, session_id desc limit ?',
      [companyId, customerId, ...before.values, page.limit],
    )
  },
  ...sessionLanes(sql),
})
