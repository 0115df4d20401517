// Reads queued sessions lane by lane, also for the queue index and for jobs that compare it with
// the database. Nothing is locked here, so callers must check again before they decide. Except for
// the sums, each query reads only a short piece of an index, however long the queue is.
import { queued, waiting } from '../../../rules/session/states.ts'
import { identityStates } from '../../../rules/access/identity.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { privateLanes } from '../../../rules/session/lane.ts'
import { list, type Sql } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'
import { alongSessions } from './session-indexes.ts'

export type Spot = { rank: number; id: string }
type QueuedRow = { session_id: string; company_id: string; lane: string; rank: number }
export type RankedRow = { session_id: string; rank: number }
type PlacedRow = Pick<
  SessionRow,
  'session_id' | 'company_id' | 'state' | 'lane' | 'rank' | 'uid' | 'assigned_at'
>
export type Waiter = {
  session_id: string
  lane: string
  rank: number
  account_id: string
  customer_service_uid: number
}
/**
 * Finds the lanes in which sessions are queued by jumping from one lane to the next, instead of
 * reading all queued sessions. It takes one query per lane, because not every server can do this in
 * a single statement.
 */
async function lanesOf(sql: Sql, companyId: string, [from, to]: [string, string]) {
  const lanes: string[] = []
  for (let after = from; ;) {
    const next = await sql.one<{ lane: string }>(
      `select lane from message_session${alongSessions(sql, 'lane')} where company_id = ? and lane > ? and lane < ? and state = ${queued} order by lane limit 1`,
      [companyId, after, to],
    )
    if (!next) return lanes
    after = next.lane
    lanes.push(after)
  }
}
/**
 * An SQL condition: the column has one of these values. If no list of values is given, it is empty
 * and lets every row through.
 */
export const columnIn = (column: string, values: readonly string[] | undefined) => {
  const some = list([...(values ?? [])])
  return values === undefined
    ? { where: '', values: [] }
    : { where: ` and ${column} in (${some.marks})`, values: some.values }
}

export class LaneQueries extends Queries {
  /** Whether any session is queued in this lane, so that a new one must wait behind it. */
  async isWaitedIn(companyId: string, lane: string) {
    return (
      (await this.sql.one(
        `select session_id from message_session where company_id = ? and lane = ? and state = ${queued} limit 1`,
        [companyId, lane],
      )) !== null
    )
  }

  /** The private lanes in which sessions are queued, found by jumping from one lane to the next. */
  inPrivateLanes(companyId: string) {
    return lanesOf(this.sql, companyId, [privateLanes.from, privateLanes.to])
  }

  /** The lanes, except private ones, in which sessions are queued. */
  lanesInUse(companyId: string) {
    return lanesOf(this.sql, companyId, ['', privateLanes.from])
  }

  /**
   * The sessions queued in a lane, in order, with the columns that tell who their customer's
   * exclusive agent is.
   */
  waiters(companyId: string, lane: string, { rank, id, limit }: Spot & { limit: number }) {
    return this.sql.all<Waiter>(
      'select s.session_id, s.lane, s.`rank`, s.account_id, u.customer_service_uid from message_session s' +
        `${alongSessions(this.sql, 'lane')} join wx_user u on u.wx_user_id = s.wx_user_id` +
        ` where s.company_id = ? and s.lane = ? and s.state = ${queued} and s.\`rank\` >= ? and (s.\`rank\` > ? or s.session_id > ?)` +
        ' order by s.`rank`, s.session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    )
  }

  /**
   * The sessions queued in a lane as whole rows, in order, optionally only those of certain
   * accounts.
   */
  ofLane(
    companyId: string,
    { lane, accountIds }: { lane: string; accountIds?: readonly string[] | undefined },
    { rank, id, limit }: Spot & { limit: number },
  ) {
    const accounts = columnIn('account_id', accountIds)
    return this.sql.all<SessionRow>(
      `select * from message_session${alongSessions(this.sql, 'lane')} where company_id = ? and lane = ? and state = ${queued}${accounts.where} and \`rank\` >= ?` +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, lane, ...accounts.values, rank, rank, id, limit],
    )
  }

  /**
   * The next sessions queued in a lane, with the columns that decide whether they stay in it or
   * move on.
   */
  standing(companyId: string, lane: string, { rank, id, limit }: Spot & { limit: number }) {
    return this.sql.all<
      Pick<SessionRow, 'session_id' | 'account_id' | 'queued_at'> & { rank: number }
    >(
      `select session_id, account_id, queued_at, \`rank\` from message_session${alongSessions(this.sql, 'lane')} where company_id = ? and lane = ? and state = ${queued} and \`rank\` >= ?` +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    )
  }

  /** The sessions of a lane that have at least the given number of others in front of them. */
  behind(companyId: string, lane: string, { others, limit }: { others: number; limit: number }) {
    return this.sql.all<{ session_id: string }>(
      `select session_id from message_session${alongSessions(this.sql, 'lane')} where company_id = ? and lane = ? and state = ${queued} order by \`rank\`, session_id limit ? offset ${Math.trunc(others)}`,
      [companyId, lane, limit],
    )
  }

  /**
   * Queued sessions, in whatever lane, of customers whose exclusive agent has returned and serves
   * the account. `heardSince` leaves out customers with whom no line was exchanged since then.
   */
  returningTo(
    companyId: string,
    uid: number,
    { heardSince, limit }: { heardSince: number; limit: number },
  ) {
    return this.sql.all<{ session_id: string }>(
      'select s.session_id from wx_user u join message_session s on s.wx_user_id = u.wx_user_id where u.company_id = ? and u.customer_service_uid = ?' +
        ` and u.active_at > ? and s.state = ${queued} and s.account_id in (select account_id from customer_service where uid = ? and state = ${identityStates.serves})` +
        ' order by s.`rank`, s.session_id limit ?',
      [companyId, uid, heardSince, uid, limit],
    )
  }

  heads(companyId: string, lane: string, limit: number) {
    return this.sql.all<QueuedRow>(
      `select session_id, company_id, lane, \`rank\` from message_session${alongSessions(this.sql, 'lane')} where company_id = ? and lane = ? and state = ${queued}` +
        ' order by `rank`, session_id limit ?',
      [companyId, lane, limit],
    )
  }

  /**
   * For each lane the number of queued sessions and a checksum, to compare with the queue index.
   * Only the covering index is read.
   */
  queuedSums(companyId: string, modulus: number) {
    return this.sql.all<{ lane: string; n: number | string; total: number | string }>(
      `select lane, count(*) as n, sum(\`rank\` % ${modulus}) as total from message_session` +
        ` where company_id = ? and lane is not null and state = ${queued} group by lane`,
      [companyId],
    )
  }

  /**
   * For each agent the number of sessions that wait for them to accept, and a checksum, to compare
   * with the queue index.
   */
  waitingSums(companyId: string, modulus: number) {
    return this.sql.all<{ uid: number; n: number | string; total: number | string }>(
      `select uid, count(*) as n, sum(assigned_at % ${modulus}) as total from message_session` +
        ` where company_id = ? and state = ${waiting} and uid is not null group by uid`,
      [companyId],
    )
  }

  queuedIn(
    companyId: string,
    lane: string,
    { rank, id, limit }: { rank: number; id: string; limit: number },
  ) {
    return this.sql.all<RankedRow>(
      `select session_id, \`rank\` from message_session${alongSessions(this.sql, 'lane')} where company_id = ? and lane = ? and state = ${queued} and \`rank\` >= ?` +
        ' and (`rank` > ? or session_id > ?) order by `rank`, session_id limit ?',
      [companyId, lane, rank, rank, id, limit],
    )
  }

  waitingFor(companyId: string, uid: number) {
    return this.sql.all<RankedRow>(
      `select session_id, assigned_at as \`rank\` from message_session where company_id = ? and uid = ? and state = ${waiting}`,
      [companyId, uid],
    )
  }

  placed(companyId: string, ids: string[]) {
    const some = list(ids)
    return this.sql.all<PlacedRow>(
      'select session_id, company_id, state, lane, `rank`, uid, assigned_at from message_session' +
        ` where ${this.sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  }
}
