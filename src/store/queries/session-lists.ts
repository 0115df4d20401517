// Reads sessions for lists. Nothing is locked here, so callers must check again before they decide.
import { queued } from '../../../rules/session/states.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { found } from './customers.ts'
import { alongSessions } from './session-indexes.ts'
import { columnIn, type RankedRow } from './session-lanes.ts'
import { list, type Sql, type Value } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

/**
 * What the sessions of a list must have in common. A filter that is undefined lets every session
 * through.
 */
export type SessionsWanted = {
  search: string
  unanswered?: boolean | undefined
  answerable?: boolean | undefined
  now: number
}

/** The filters of a list as an SQL condition on the session `s`. */
function ofWanted({ search, unanswered, answerable, now }: SessionsWanted) {
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

/** Sessions in one state, of one owner, or of any owner if `uid` is null. */
type OfState = { state: number; uid: number | null }
type StateSpot = { at: number; id: string; limit: number }
function ownerIs(sql: Sql, uid: number | null) {
  const values: Value[] = uid === null ? [] : [uid]
  return uid === null
    ? { along: alongSessions(sql, 'state'), where: '', values }
    : { along: alongSessions(sql, 'owner'), where: ' and uid = ?', values }
}

export class SessionListQueries extends Queries {
  /**
   * Reads the next sessions of a lane and tells of each whether it matches the filter. Those that
   * do not match are returned too, so that the caller knows how far the list was read.
   */
  lookInLane(
    companyId: string,
    {
      lane,
      accountIds,
      ...wanted
    }: SessionsWanted & { lane: string; accountIds?: readonly string[] | undefined },
    { rank, id, limit }: { rank: number; id: string; limit: number },
  ) {
    const [accounts, kept] = [columnIn('s.account_id', accountIds), ofWanted(wanted)]
    return this.sql.all<RankedRow & { kept: number }>(
      `select s.session_id, s.\`rank\`, case when 1 = 1${accounts.where}${kept.where} then 1 else 0 end as kept from message_session s${alongSessions(this.sql, 'lane')}` +
        ` where s.company_id = ? and s.lane = ? and s.state = ${queued} and s.\`rank\` >= ? and (s.\`rank\` > ? or s.session_id > ?)` +
        ' order by s.`rank`, s.session_id limit ?',
      [...accounts.values, ...kept.values, companyId, lane, rank, rank, id, limit],
    )
  }

  /** Sessions in one state, optionally of one owner, newest first. */
  ofState(companyId: string, { state, uid }: OfState, { at, id, limit }: StateSpot) {
    const owner = ownerIs(this.sql, uid)
    return this.sql.all<SessionRow>(
      `select * from message_session s${owner.along} where company_id = ?${owner.where} and state = ? and add_time <= ? and (add_time < ? or session_id < ?)` +
        ' order by add_time desc, session_id desc limit ?',
      [companyId, ...owner.values, state, at, at, id, limit],
    )
  }

  /**
   * Reads the next sessions in a state and tells of each whether it matches the filter. Those that
   * do not match are returned too, so that the caller knows how far the list was read.
   */
  lookOfState(
    companyId: string,
    { state, uid, ...wanted }: SessionsWanted & OfState,
    { at, id, limit }: StateSpot,
  ) {
    const [owner, kept] = [ownerIs(this.sql, uid), ofWanted(wanted)]
    return this.sql.all<{ session_id: string; add_time: number; kept: number }>(
      `select session_id, add_time, case when 1 = 1${kept.where} then 1 else 0 end as kept from message_session s${owner.along}` +
        ` where company_id = ?${owner.where} and state = ? and add_time <= ? and (add_time < ? or session_id < ?)` +
        ' order by add_time desc, session_id desc limit ?',
      [...kept.values, companyId, ...owner.values, state, at, at, id, limit],
    )
  }

  /** Sessions whose group chat the person is a member of at present. */
  ofMember(
    companyId: string,
    { uid, states, ...wanted }: SessionsWanted & { uid: number; states: number[] },
    { at, id, limit }: StateSpot,
  ) {
    const [some, kept] = [list(states), ofWanted(wanted)]
    return this.sql.all<SessionRow>(
      'select s.* from session_member m join message_session s on s.session_id = m.session_id where m.uid = ? and m.left_at is null' +
        ` and ${this.sql.dialect.filter('s.company_id')} = ? and s.state in (${some.marks})${kept.where} and (s.add_time < ? or (s.add_time = ? and s.session_id < ?))` +
        ' order by s.add_time desc, s.session_id desc limit ?',
      [uid, companyId, ...some.values, ...kept.values, at, at, id, limit],
    )
  }

  /**
   * The sessions of a customer, newest first. Ids are made from the clocks of several machines, so
   * they are compared only if the times are equal.
   */
  ofCustomer(
    companyId: string,
    customerId: string,
    page: { before: SessionRow | null; limit: number },
  ) {
    const before = page.before
      ? {
          where: ' and add_time <= ? and (add_time < ? or session_id < ?)',
          values: [page.before.add_time, page.before.add_time, page.before.session_id],
        }
      : { where: '', values: [] }
    return this.sql.all<SessionRow>(
      `select * from message_session${alongSessions(this.sql, 'customer')} where company_id = ? and wx_user_id = ?${before.where}` +
        ' order by add_time desc, session_id desc limit ?',
      [companyId, customerId, ...before.values, page.limit],
    )
  }
}
