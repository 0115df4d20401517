// Reads queued sessions lane by lane, and sessions for which a timer may be due. Nothing is locked
// here, so callers must check again before they decide. Each query reads an index from its start,
// however long the queue is.
import { queued } from '../../../rules/session/states.ts'
import { identityStates } from '../../../rules/access/identity.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { privateLanes } from '../../../rules/session/lane.ts'
import { list, type Sql } from '../engine/sql.ts'

export type Spot = { rank: number; id: string }
export type Waiter = {
  session_id: string
  lane: string
  rank: number
  account_id: string
  customer_service_uid: number
}
export type DueSpot = { at: number; id: string }
/** The timer, which determines the times that must all lie before a given moment. */
export type DueKind = 'waiting' | 'queued' | 'idle' | 'owed' | 'left'

/** The indexes that lists and jobs read in order. */
export const alongSessions = ({ dialect }: Sql) => ({
  lane: dialect.along('ix_message_session_company_id_lane_state_rank'),
  state: dialect.along('ix_message_session_company_id_state_add_time'),
  owner: dialect.along('ix_message_session_company_id_uid_state_add_time'),
  customer: dialect.along('ix_message_session_wx_user_id_add_time'),
})

/**
 * Jumps from one lane to the next instead of reading all waiting sessions. It takes one query per
 * lane, because not every server can do this in a single statement.
 */
async function lanesOf(sql: Sql, companyId: string, [from, to]: [string, string]) {
  const lanes: string[] = []
  for (let after = from; ;) {
    const next = await sql.one<{ lane: string }>(
      `select lane from message_session${alongSessions(sql).lane} where company_id = ? and lane > ? and lane < ? and state = ${queued} order by lane limit 1`,
      [companyId, after, to],
    )
    if (!next) return lanes
    after = next.lane
    lanes.push(after)
  }
}
/** Without values, anything matches. */
export const oneOf = (column: string, values: readonly string[] | undefined) => {
  const some = list([...(values ?? [])])
  return values === undefined
    ? { where: '', values: [] }
    : { where: ` and ${column} in (${some.marks})`, values: some.values }
}
const notAfter = (column: string) => `(${column} is null or ${column} <= ?)`
const due: Record<DueKind, string[]> = {
  waiting: [notAfter('assigned_at'), notAfter('receive_message_time')],
  queued: [notAfter('queued_at'), notAfter('receive_message_time')],
  idle: [notAfter('assigned_at'), notAfter('receive_message_time'), notAfter('send_time')],
  owed: ['unanswered_since <= ?', notAfter('assigned_at')],
  left: [notAfter('assigned_at'), 'uid in (select uid from user where seen_at <= ?)'],
}

export const sessionLanes = (sql: Sql, along = alongSessions(sql)) => ({
  /** Whether anybody waits in this lane. */
  isWaitedIn: async (companyId: string, lane: string) =>
    (await sql.one(
      `select session_id from message_session where company_id = ? and lane = ? and state = ${queued} limit 1`,
      [companyId, lane],
    )) !== null,
  /** The private lanes in which somebody waits, found by jumping from one to the next. */
  inPrivateLanes: (companyId: string) =>
    lanesOf(sql, companyId, [privateLanes.from, privateLanes.to]),
  /** All other lanes in which somebody waits. */
  lanesInUse: (companyId: string) => lanesOf(sql, companyId, ['', privateLanes.from]),
  /** Sessions waiting in a lane, in order, with what is needed to find their exclusive agent. */
  waiters: (companyId: string, lane: string, { rank, id, limit }: Spot & { limit: number }) =>
    sql.all<Waiter>(
      'select s.session_id, s.lane, s.`rank`, s.account_id, u.customer_service_uid from message_session s' +
        `${along.lane} join wx_user u on u.wx_user_id = s.wx_user_id` +
        ` where s.company_id = ? and s.lane = ? and s.state = ${queued} and s.\`rank\` >= ? and (s.\`rank\` > ? or s.session_id > ?)` +
        ' order by s.`rank`, s.session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    ),
  /** Whole rows of a lane, in order, optionally only of certain accounts. */
  ofLane: (
    companyId: string,
    { lane, accountIds }: { lane: string; accountIds?: readonly string[] | undefined },
    { rank, id, limit }: Spot & { limit: number },
  ) => {
    const accounts = oneOf('account_id', accountIds)
    return sql.all<SessionRow>(
      `select * from message_session${along.lane} where company_id = ? and lane = ? and state = ${queued}${accounts.where} and \`rank\` >= ?` +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, lane, ...accounts.values, rank, rank, id, limit],
    )
  },
  /** The next sessions of a lane, with what decides whether they stay in it. */
  standing: (companyId: string, lane: string, { rank, id, limit }: Spot & { limit: number }) =>
    sql.all<Pick<SessionRow, 'session_id' | 'account_id' | 'queued_at'> & { rank: number }>(
      `select session_id, account_id, queued_at, \`rank\` from message_session${along.lane} where company_id = ? and lane = ? and state = ${queued} and \`rank\` >= ?` +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    ),
  /** Sessions that have a given number of others in front of them. */
  behind: (companyId: string, lane: string, { others, limit }: { others: number; limit: number }) =>
    sql.all<{ session_id: string }>(
      `select session_id from message_session${along.lane} where company_id = ? and lane = ? and state = ${queued} order by \`rank\`, session_id limit ? offset ${Math.trunc(others)}`,
      [companyId, lane, limit],
    ),
  /**
   * Sessions queued elsewhere although the returning agent is their customer's exclusive agent and
   * serves the account.
   */
  returningTo: (
    companyId: string,
    uid: number,
    { heardSince, limit }: { heardSince: number; limit: number },
  ) =>
    sql.all<{ session_id: string }>(
      'select s.session_id from wx_user u join message_session s on s.wx_user_id = u.wx_user_id where u.company_id = ? and u.customer_service_uid = ?' +
        ` and u.active_at > ? and s.state = ${queued} and s.account_id in (select account_id from customer_service where uid = ? and state = ${identityStates.serves})` +
        ' order by s.`rank`, s.session_id limit ?',
      [companyId, uid, heardSince, uid, limit],
    ),
  /** The next sessions in a state, each with whether its timer may be due. */
  due: (
    companyId: string,
    { kind, state, before }: { kind: DueKind; state: number; before: number },
    page: DueSpot & { limit: number },
  ) =>
    sql.all<{ session_id: string; add_time: number; kept: number }>(
      `select session_id, add_time, case when ${due[kind].join(' and ')} then 1 else 0 end as kept from message_session${along.state}` +
        ' where company_id = ? and state = ? and add_time <= ? and add_time >= ? and (add_time > ? or session_id > ?)' +
        ' order by add_time, session_id limit ?',
      [
        ...due[kind].map(() => before),
        ...[companyId, state, before],
        ...[page.at, page.at, page.id, page.limit],
      ],
    ),
  /** The next sessions in a state, with the time of their customers' last line. */
  sitting: (companyId: string, state: number, page: DueSpot & { limit: number }) =>
    sql.all<{ session_id: string; add_time: number; wx_user_id: string; active_at: number }>(
      'select s.session_id, s.add_time, s.wx_user_id, u.active_at from message_session s' +
        `${along.state} join wx_user u on u.wx_user_id = s.wx_user_id` +
        ' where s.company_id = ? and s.state = ? and s.add_time >= ? and (s.add_time > ? or s.session_id > ?)' +
        ' order by s.add_time, s.session_id limit ?',
      [companyId, state, page.at, page.at, page.id, page.limit],
    ),
})
