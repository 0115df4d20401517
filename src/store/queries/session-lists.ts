// Reads sessions for lists. Nothing is locked here, so callers must check again before they decide.
import { queued, waiting } from '../../../rules/session/states.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { currentId, found } from './customers.ts'
import { alongSessions, oneOf, sessionLanes } from './session-lanes.ts'
import { list, type Sql, type Value } from '../engine/sql.ts'

export type QueuedRow = { session_id: string; company_id: string; lane: string; rank: number }
type RankedRow = { session_id: string; rank: number }
type PlacedRow = Pick<
  SessionRow,
  'session_id' | 'company_id' | 'state' | 'lane' | 'rank' | 'uid' | 'assigned_at'
>

/** Filters of a list; undefined means any. */
export type Wanted = {
  search: string
  unanswered?: boolean | undefined
  answerable?: boolean | undefined
  now: number
}

/** The filter as a condition on each session `s`. */
function ofWanted({ search, unanswered, answerable, now }: Wanted) {
  const named = found(search)
  const parts: { where: string; values: Value[] }[] = []
  if (search !== '') {
    parts.push({
      where: ` and exists (select 1 from wx_user u where u.wx_user_id = s.wx_user_id${named.where})`,
      values: named.values,
    })
  }
  if (unanswered !== undefined) {
    parts.push({
      where: ` and s.unanswered_since is ${unanswered ? 'not null' : 'null'}`,
      values: [],
    })
  }
  if (answerable !== undefined) {
    parts.push({
      where:
        ` and ${answerable ? '' : 'not '}exists (select 1 from wx_user u join official_account a on a.account_id = u.account_id` +
        ' where u.wx_user_id = s.wx_user_id and ((u.window_end > ? and u.budget_left > 0) or (u.brief_end > ? and u.brief_left > 0))' +
        " and a.deleted_at is null and a.binding <> 'unbound')",
      values: [now, now],
    })
  }
  return {
    where: parts.map(({ where }) => where).join(''),
    values: parts.flatMap(({ values }) => values),
  }
}

/** If `uid` is null, the owner does not matter. */
type OfState = { state: number; uid: number | null }
type StateSpot = { at: number; id: string; limit: number }
function ownerIs(sql: Sql, uid: number | null) {
  const along = alongSessions(sql)
  const values: Value[] = uid === null ? [] : [uid]
  return uid === null
    ? { along: along.state, where: '', values }
    : { along: along.owner, where: ' and uid = ?', values }
}

export const sessionLists = (sql: Sql, along = alongSessions(sql)) => ({
  heads: (companyId: string, lane: string, limit: number) =>
    sql.all<QueuedRow>(
      `select session_id, company_id, lane, \`rank\` from message_session${along.lane} where company_id = ? and lane = ? and state = ${queued}` +
        ' order by `rank`, session_id limit ?',
      [companyId, lane, limit],
    ),
  /**
   * For each lane the number of queued sessions and a checksum, to compare with the queue index.
   * Only the covering index is read.
   */
  queuedSums: (companyId: string, modulus: number) =>
    sql.all<{ lane: string; n: number | string; total: number | string }>(
      `select lane, count(*) as n, sum(\`rank\` % ${modulus}) as total from message_session` +
        ` where company_id = ? and lane is not null and state = ${queued} group by lane`,
      [companyId],
    ),
  /** The same for sessions that wait to be accepted by an agent. */
  waitingSums: (companyId: string, modulus: number) =>
    sql.all<{ uid: number; n: number | string; total: number | string }>(
      `select uid, count(*) as n, sum(assigned_at % ${modulus}) as total from message_session` +
        ` where company_id = ? and state = ${waiting} and uid is not null group by uid`,
      [companyId],
    ),
  queuedIn: (
    companyId: string,
    lane: string,
    { rank, id, limit }: { rank: number; id: string; limit: number },
  ) =>
    sql.all<RankedRow>(
      `select session_id, \`rank\` from message_session${along.lane} where company_id = ? and lane = ? and state = ${queued} and \`rank\` >= ?` +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    ),
  waitingFor: (companyId: string, uid: number) =>
    sql.all<RankedRow>(
      `select session_id, assigned_at as \`rank\` from message_session where company_id = ? and uid = ? and state = ${waiting}`,
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
  /** The next sessions of a lane, each with whether it matches the filter. */
  lookInLane: (
    companyId: string,
    {
      lane,
      accountIds,
      ...wanted
    }: Wanted & { lane: string; accountIds?: readonly string[] | undefined },
    { rank, id, limit }: { rank: number; id: string; limit: number },
  ) => {
    const [accounts, kept] = [oneOf('s.account_id', accountIds), ofWanted(wanted)]
    return sql.all<RankedRow & { kept: number }>(
      `select s.session_id, s.\`rank\`, case when 1 = 1${accounts.where}${kept.where} then 1 else 0 end as kept from message_session s${along.lane}` +
        ` where s.company_id = ? and s.lane = ? and s.state = ${queued} and s.\`rank\` >= ? and (s.\`rank\` > ? or s.session_id > ?)` +
        ' order by s.`rank`, s.session_id limit ?',
      [...accounts.values, ...kept.values, companyId, lane, rank, rank, id, limit],
    )
  },
  /** Sessions in one state, optionally of one owner, newest first. */
  ofState: (companyId: string, { state, uid }: OfState, { at, id, limit }: StateSpot) => {
    const owner = ownerIs(sql, uid)
    return sql.all<SessionRow>(
      `select * from message_session s${owner.along} where company_id = ?${owner.where} and state = ? and add_time <= ? and (add_time < ? or session_id < ?)` +
        ' order by add_time desc, session_id desc limit ?',
      [companyId, ...owner.values, state, at, at, id, limit],
    )
  },
  /** The next sessions in a state, each with whether it matches the filter. */
  lookOfState: (
    companyId: string,
    { state, uid, ...wanted }: Wanted & OfState,
    { at, id, limit }: StateSpot,
  ) => {
    const [owner, kept] = [ownerIs(sql, uid), ofWanted(wanted)]
    return sql.all<{ session_id: string; add_time: number; kept: number }>(
      `select session_id, add_time, case when 1 = 1${kept.where} then 1 else 0 end as kept from message_session s${owner.along}` +
        ` where company_id = ?${owner.where} and state = ? and add_time <= ? and (add_time < ? or session_id < ?)` +
        ' order by add_time desc, session_id desc limit ?',
      [...kept.values, companyId, ...owner.values, state, at, at, id, limit],
    )
  },
  /** Sessions whose group chat the person is a member of at present. */
  ofMember: (
    companyId: string,
    { uid, states, ...wanted }: Wanted & { uid: number; states: number[] },
    { at, id, limit }: StateSpot,
  ) => {
    const [some, kept] = [list(states), ofWanted(wanted)]
    return sql.all<SessionRow>(
      'select s.* from session_member m join message_session s on s.session_id = m.session_id where m.uid = ? and m.left_at is null' +
        ` and ${sql.dialect.filter('s.company_id')} = ? and s.state in (${some.marks})${kept.where} and (s.add_time < ? or (s.add_time = ? and s.session_id < ?))` +
        ' order by s.add_time desc, s.session_id desc limit ?',
      [uid, companyId, ...some.values, ...kept.values, at, at, id, limit],
    )
  },
  byIds: (companyId: string, ids: string[]) => {
    const some = list(ids)
    return sql.all<SessionRow>(
      `select * from message_session where ${sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  },
  /** Sessions whose counters do not match their lines. */
  miscounted: async (companyId: string, ids: string[]) => {
    const some = list(ids)
    const rows = await sql.all<{ session_id: string }>(
      `select s.session_id from message_session s where ${sql.dialect.filter('s.company_id')} = ? and s.session_id in (${some.marks})` +
        ' and s.seq < (select max(m.seq) from message_data m where m.session_id = s.session_id)',
      [companyId, ...some.values],
    )
    return rows.map((row) => row.session_id)
  },
  /** The newest session that had begun at that time, or the open one if none had. */
  newestAt: (companyId: string, customerId: string, at: number) =>
    sql.one<SessionRow>(
      `select * from message_session where ${sql.dialect.filter('company_id')} = ? and wx_user_id = ? and (add_time <= ? or open_key is not null)` +
        ' order by case when add_time <= ? then 0 else 1 end, add_time desc limit 1',
      [companyId, customerId, at, at],
    ),
  /** Which of these keys belong to an open session. */
  openAmong: async (openKeys: string[]) => {
    const some = list(openKeys)
    const rows = await sql.all<{ open_key: string }>(
      `select open_key from message_session where open_key in (${some.marks})`,
      some.values,
    )
    return new Set(rows.map((row) => row.open_key))
  },
  /** The customer's open session, or else the newest. */
  currentOf: (companyId: string, customerId: string) =>
    sql.one<SessionRow>(
      `select s.* from wx_user u join message_session s on s.session_id = ${currentId} where u.company_id = ? and u.wx_user_id = ?`,
      [companyId, customerId],
    ),
  /** Newest first. Ids are made from the clocks of several machines, so they are compared last. */
  ofCustomer: (
    companyId: string,
    customerId: string,
    page: { before: SessionRow | null; limit: number },
  ) => {
    const before = page.before
      ? {
          where: ' and add_time <= ? and (add_time < ? or session_id < ?)',
          values: [page.before.add_time, page.before.add_time, page.before.session_id],
        }
      : { where: '', values: [] }
    return sql.all<SessionRow>(
      `select * from message_session${along.customer} where company_id = ? and wx_user_id = ?${before.where}` +
        ' order by add_time desc, session_id desc limit ?',
      [companyId, customerId, ...before.values, page.limit],
    )
  },
  ...sessionLanes(sql),
})
