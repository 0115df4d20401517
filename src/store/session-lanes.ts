// Queued sessions lane by lane, and sessions that a timer may be due for. Nothing here is locked, so nothing here decides. Each
// query walks an index from its beginning, however long the queue is.
import type { SessionRow } from '../../entities/index.ts'
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
export type DueKind = 'waiting' | 'queued' | 'idle' | 'owed'

// every private lane, and no other: a pattern would not be looked up in the index
const isPrivate = "lane >= 'user:' and lane < 'user;'"
const notAfter = (column: string) => `(${column} is null or ${column} <= ?)`
const due: Record<DueKind, { states: number[]; where: string[] }> = {
  waiting: { states: [0], where: [notAfter('assigned_at'), notAfter('receive_message_time')] },
  queued: { states: [3], where: [notAfter('queued_at'), notAfter('receive_message_time')] },
  idle: {
    states: [1, 2],
    where: [notAfter('assigned_at'), notAfter('receive_message_time'), notAfter('send_time')],
  },
  owed: { states: [1], where: ['unanswered_since <= ?', notAfter('assigned_at')] },
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
  lanesInUse: async (companyId: string): Promise<string[]> => {
    const lanes: string[] = []
    for (let after = ''; ;) {
      const next = await sql.one<{ lane: string }>(
        "select lane from message_session where company_id = ? and lane > ? and lane < 'user:' and state = 3 order by lane limit 1",
        [companyId, after],
      )
      if (!next) return lanes
      lanes.push((after = next.lane))
    }
  },
  /** Who waits in a lane, in its order, with what decides whose he is. */
  waiters: (companyId: string, lane: string, { rank, id, limit }: Spot & { limit: number }) =>
    sql.all<Waiter>(
      'select s.session_id, s.lane, s.`rank`, s.account_id, u.customer_service_uid from message_session s join wx_user u on u.wx_user_id = s.wx_user_id' +
        ' where s.company_id = ? and s.lane = ? and s.state = 3 and s.`rank` >= ? and (s.`rank` > ? or s.session_id > ?)' +
        ' order by s.`rank`, s.session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    ),
  /** Whole rows of one lane in its order. */
  ofLane: (companyId: string, lane: string, { rank, id, limit }: Spot & { limit: number }) =>
    sql.all<SessionRow>(
      'select * from message_session where company_id = ? and lane = ? and state = 3 and `rank` >= ?' +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    ),
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
  /** Queued for one agent alone for too long. */
  reservedSince: (companyId: string, before: number, limit: number) =>
    sql.all<{ session_id: string }>(
      `select session_id from message_session where company_id = ? and state = 3 and ${isPrivate} and queued_at <= ? order by queued_at limit ?`,
      [companyId, before, limit],
    ),
  /** Queued elsewhere, though this is his customer's own agent. */
  returningTo: (
    companyId: string,
    uid: number,
    { heardSince, limit }: { heardSince: number; limit: number },
  ) =>
    sql.all<{ session_id: string }>(
      'select s.session_id from wx_user u join message_session s on s.wx_user_id = u.wx_user_id where u.company_id = ? and u.customer_service_uid = ?' +
        ' and u.active_at > ? and s.state = 3 order by s.`rank`, s.session_id limit ?',
      [companyId, uid, heardSince, limit],
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
