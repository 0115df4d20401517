// Queued sessions lane by lane, and sessions that a timer may be due for. Nothing here is locked, so nothing here decides. Each
// query walks an index from its beginning, however long the queue is.
import type { SessionRow } from '../../entities/index.ts'
import { privateLanes } from '../../rules/lane.ts'
import { list, type Sql } from './sql.ts'

export type Spot = { rank: number; id: string }
export type Waiter = {
  session_id: string
  lane: string
  rank: number
  account_id: string
  customer_service_uid: number
}
export type DueSpot = { at: number; id: string }
/** Which timer: the times that must all lie before its moment. */
export type DueKind = 'waiting' | 'queued' | 'idle' | 'owed' | 'left'

// a pattern would not be looked up in the index
const isPrivate = `lane >= '${privateLanes.from}' and lane < '${privateLanes.to}'`
const nextLane = (after: string) =>
  'select m.lane from message_session m where m.company_id = ? and m.lane > ' +
  `${after} and m.lane < '${privateLanes.from}' and m.state = 3 order by m.lane limit 1`
/** Nothing named: any. */
export const oneOf = (column: string, values: readonly string[] | undefined) => {
  const some = list([...(values ?? [])])
  return values === undefined
    ? { where: '', values: [] }
    : { where: ` and ${column} in (${some.marks})`, values: some.values }
}
type LaneAccount = { lane: string; accountId: string }
const accountsWhere = (where: string) =>
  `select distinct lane, account_id as accountId from message_session where company_id = ? and ${where} and state = 3`
const notAfter = (column: string) => `(${column} is null or ${column} <= ?)`
const due: Record<DueKind, { states: number[]; where: string[] }> = {
  waiting: { states: [0], where: [notAfter('assigned_at'), notAfter('receive_message_time')] },
  queued: { states: [3], where: [notAfter('queued_at'), notAfter('receive_message_time')] },
  idle: {
    states: [1, 2],
    where: [notAfter('assigned_at'), notAfter('receive_message_time'), notAfter('send_time')],
  },
  owed: { states: [0, 1, 2], where: ['unanswered_since <= ?', notAfter('assigned_at')] },
  // its owner has not been heard of since
  left: {
    states: [0, 2],
    where: [notAfter('assigned_at'), 'uid in (select uid from user where seen_at <= ?)'],
  },
}

export const sessionLanes = (sql: Sql) => ({
  /** Somebody stands in it. */
  isWaitedIn: async (companyId: string, lane: string) =>
    (await sql.one(
      'select session_id from message_session where company_id = ? and lane = ? and state = 3 limit 1',
      [companyId, lane],
    )) !== null,
  inPrivateLanes: async (companyId: string) =>
    (
      await sql.all<{ lane: string }>(
        `select distinct lane from message_session where company_id = ? and ${isPrivate} and state = 3`,
        [companyId],
      )
    ).map((row) => row.lane),
  /** The lanes in which somebody waits, but for the private ones: from one to the next, not through all who wait. */
  lanesInUse: async (companyId: string) =>
    (
      await sql.all<{ lane: string }>(
        `with recursive used (lane) as (select (${nextLane("''")}) union all select (${nextLane('used.lane')}) from used where used.lane is not null)` +
          ' select lane from used where lane is not null',
        [companyId, companyId],
      )
    ).map((row) => row.lane),
  /** Who waits in a lane, in its order, with what decides whose he is. */
  waiters: (companyId: string, lane: string, { rank, id, limit }: Spot & { limit: number }) =>
    sql.all<Waiter>(
      'select s.session_id, s.lane, s.`rank`, s.account_id, u.customer_service_uid from message_session s join wx_user u on u.wx_user_id = s.wx_user_id' +
        ' where s.company_id = ? and s.lane = ? and s.state = 3 and s.`rank` >= ? and (s.`rank` > ? or s.session_id > ?)' +
        ' order by s.`rank`, s.session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    ),
  /** Whole rows of one lane in its order, of these accounts where some are named. */
  ofLane: (
    companyId: string,
    { lane, accountIds }: { lane: string; accountIds?: readonly string[] | undefined },
    { rank, id, limit }: Spot & { limit: number },
  ) => {
    const accounts = oneOf('account_id', accountIds)
    return sql.all<SessionRow>(
      `select * from message_session where company_id = ? and lane = ? and state = 3${accounts.where} and \`rank\` >= ?` +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, lane, ...accounts.values, rank, rank, id, limit],
    )
  },
  /** Of all private lanes together: few wait there, and not for long. */
  ofPrivateLanes: (companyId: string, { rank, id, limit }: Spot & { limit: number }) =>
    sql.all<SessionRow>(
      `select * from message_session where company_id = ? and ${isPrivate} and state = 3 and \`rank\` >= ?` +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, rank, rank, id, limit],
    ),
  /** Who stands behind so many others. */
  behind: (companyId: string, lane: string, { others, limit }: { others: number; limit: number }) =>
    sql.all<{ session_id: string }>(
      `select session_id from message_session where company_id = ? and lane = ? and state = 3 order by \`rank\`, session_id limit ? offset ${Math.trunc(others)}`,
      [companyId, lane, limit],
    ),
  queuedBefore: (
    companyId: string,
    lane: string,
    { before, limit }: { before: number; limit: number },
  ) =>
    sql.all<{ session_id: string }>(
      'select session_id from message_session where company_id = ? and lane = ? and state = 3 and queued_at <= ? order by `rank`, session_id limit ?',
      [companyId, lane, before, limit],
    ),
  queuedOf: (
    companyId: string,
    { lane, accountId, limit }: { lane: string; accountId: string; limit: number },
  ) =>
    sql.all<{ session_id: string }>(
      'select session_id from message_session where company_id = ? and lane = ? and state = 3 and account_id = ? order by `rank`, session_id limit ?',
      [companyId, lane, accountId, limit],
    ),
  /** The accounts of those who wait in these lanes. */
  accountsIn: async (companyId: string, lanes: string[]) =>
    lanes.length === 0
      ? []
      : sql.all<LaneAccount>(accountsWhere(oneOf('lane', lanes).where.slice(' and '.length)), [
          companyId,
          ...oneOf('lane', lanes).values,
        ]),
  accountsInPrivate: (companyId: string) =>
    sql.all<LaneAccount>(accountsWhere(isPrivate), [companyId]),
  /** Queued for one agent alone for too long. */
  reservedSince: (companyId: string, before: number, limit: number) =>
    sql.all<{ session_id: string }>(
      `select session_id from message_session where company_id = ? and state = 3 and ${isPrivate} and queued_at <= ? order by queued_at limit ?`,
      [companyId, before, limit],
    ),
  /** Queued elsewhere, though this is their customer's own agent, and serves the account. */
  returningTo: (
    companyId: string,
    uid: number,
    { heardSince, limit }: { heardSince: number; limit: number },
  ) =>
    sql.all<{ session_id: string }>(
      'select s.session_id from wx_user u join message_session s on s.wx_user_id = u.wx_user_id where u.company_id = ? and u.customer_service_uid = ?' +
        ' and u.active_at > ? and s.state = 3 and s.account_id in (select account_id from customer_service where uid = ? and state = 1)' +
        ' order by s.`rank`, s.session_id limit ?',
      [companyId, uid, heardSince, uid, limit],
    ),
  due: (
    companyId: string,
    { kind, before }: { kind: DueKind; before: number },
    page: DueSpot & { limit: number },
  ) => {
    const { states, where } = due[kind]
    const some = list(states)
    return sql.all<{ session_id: string; add_time: number }>(
      `select session_id, add_time from message_session where company_id = ? and state in (${some.marks}) and add_time <= ? and ${where.join(' and ')}` +
        ' and (add_time > ? or (add_time = ? and session_id > ?)) order by add_time, session_id limit ?',
      [
        companyId,
        ...some.values,
        before,
        ...where.map(() => before),
        page.at,
        page.at,
        page.id,
        page.limit,
      ],
    )
  },
})
