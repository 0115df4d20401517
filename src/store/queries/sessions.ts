import type { LedgerRow, PatchIn, SessionRow } from '../../../entities/index.ts'
import { queued } from '../../../rules/session/states.ts'
import { currentId, openKeyOfId } from './customers.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

export class SessionQueries extends Queries {
  lockByOpenKeys(keys: string[], patient: boolean) {
    const some = list(keys)
    const lock = patient
      ? this.sql.dialect.forUpdate
      : (this.sql.dialect.skipLocked ?? this.sql.dialect.forUpdate)
    return this.sql.all<SessionRow>(
      `select * from message_session where open_key in (${some.marks}) order by open_key${lock}`,
      some.values,
    )
  }

  /**
   * Which of these open sessions exist although they could not be locked: somebody else holds them
   * at the moment.
   */
  async held(keys: string[]) {
    if (this.sql.dialect.skipLocked === null) return []
    const some = list(keys)
    return (
      await this.sql.all<{ open_key: string }>(
        `select open_key from message_session where open_key in (${some.marks})`,
        some.values,
      )
    ).map((row) => row.open_key)
  }

  lock(companyId: string, id: string) {
    return this.sql.one<SessionRow>(
      `select * from message_session where company_id = ? and session_id = ?${this.sql.dialect.forUpdate}`,
      [companyId, id],
    )
  }

  lockMany(companyId: string, ids: string[]) {
    const some = list(ids)
    return this.sql.all<SessionRow>(
      `select * from message_session where ${this.sql.dialect.filter('company_id')} = ? and session_id in (${some.marks}) order by session_id${this.sql.dialect.forUpdate}`,
      [companyId, ...some.values],
    )
  }

  /** Locks these sessions, but not those that somebody else has locked at the moment. */
  lockFree(companyId: string, ids: string[]) {
    const some = list(ids)
    const { filter, skipLocked, forUpdate } = this.sql.dialect
    return this.sql.all<SessionRow>(
      `select * from message_session where ${filter('company_id')} = ? and session_id in (${some.marks}) order by session_id${skipLocked ?? forUpdate}`,
      [companyId, ...some.values],
    )
  }

  find(companyId: string, id: string) {
    return this.sql.one<SessionRow>(
      'select * from message_session where company_id = ? and session_id = ?',
      [companyId, id],
    )
  }

  insert(rows: SessionRow[]) {
    this.sql.insert('message_session', rows)
  }

  /**
   * The patch should contain only what changes: SQLite updates the indexes of every column that is
   * set, even if its value stays the same.
   */
  change(companyId: string, id: string, patch: PatchIn<'message_session'>) {
    this.sql.change('message_session', { company_id: companyId, session_id: id }, patch)
  }

  /** Writes the columns that a new line changes on a session. */
  touch(rows: SessionRow[]) {
    this.sql.changeEach('message_session', rows, {
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
    })
  }

  /**
   * Takes the session for its new owner only if it is still queued in the lane for which the
   * caller's right was checked. Returns whether it was.
   */
  claim(id: string, lane: string, patch: PatchIn<'message_session'>) {
    return this.sql.changeIf('message_session', { session_id: id, state: queued, lane }, patch)
  }

  /**
   * Stores until when a supervisor watches the session. Nothing else changes, so no other rows need
   * to be locked.
   */
  watch(companyId: string, id: string, until: number) {
    return this.sql.run(
      'update message_session set watched_until = ? where company_id = ? and session_id = ?',
      [until, companyId, id],
    )
  }

  /** Whether this person has ever owned the session. Whoever had it may still read it. */
  async wasOwner(companyId: string, id: string, uid: number) {
    return (
      (await this.sql.one(
        'select n from session_ledger where company_id = ? and session_id = ? and uid = ? limit 1',
        [companyId, id, uid],
      )) !== null
    )
  }

  writeLedger(rows: LedgerRow[]) {
    this.sql.insert('session_ledger', rows)
  }

  ledger(companyId: string, id: string, page: { after: number; limit: number }) {
    return this.sql.all<LedgerRow>(
      'select * from session_ledger where company_id = ? and session_id = ? and n > ? order by n limit ?',
      [companyId, id, page.after, page.limit],
    )
  }

  openOf(companyId: string, customerId: string) {
    return this.sql.one<SessionRow>(
      `select * from message_session where company_id = ? and open_key = ${openKeyOfId}${this.sql.dialect.forUpdate}`,
      [companyId, customerId],
    )
  }

  byIds(companyId: string, ids: string[]) {
    const some = list(ids)
    return this.sql.all<SessionRow>(
      `select * from message_session where ${this.sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  }

  /** Finds those of these sessions that have more lines than they count. */
  async miscounted(companyId: string, ids: string[]) {
    const some = list(ids)
    const rows = await this.sql.all<{ session_id: string }>(
      `select s.session_id from message_session s where ${this.sql.dialect.filter('s.company_id')} = ? and s.session_id in (${some.marks})` +
        ' and s.seq < (select max(m.seq) from message_data m where m.session_id = s.session_id)',
      [companyId, ...some.values],
    )
    return rows.map((row) => row.session_id)
  }

  /**
   * The session to which something belongs that happened at this time: the newest one that had
   * begun by then, or the open one if none had.
   */
  newestAt(companyId: string, customerId: string, at: number) {
    return this.sql.one<SessionRow>(
      `select * from message_session where ${this.sql.dialect.filter('company_id')} = ? and wx_user_id = ? and (add_time <= ? or open_key is not null)` +
        ' order by case when add_time <= ? then 0 else 1 end, add_time desc limit 1',
      [companyId, customerId, at, at],
    )
  }

  /**
   * Returns those of the given open keys under which a session is open now. A session has its open
   * key only while it is open.
   */
  async openAmong(openKeys: string[]) {
    const some = list(openKeys)
    const rows = await this.sql.all<{ open_key: string }>(
      `select open_key from message_session where open_key in (${some.marks})`,
      some.values,
    )
    return new Set(rows.map((row) => row.open_key))
  }

  /** The customer's open session, or else the newest. */
  currentOf(companyId: string, customerId: string) {
    return this.sql.one<SessionRow>(
      `select s.* from wx_user u join message_session s on s.session_id = ${currentId} where u.company_id = ? and u.wx_user_id = ?`,
      [companyId, customerId],
    )
  }

  customersOf(companyId: string, ids: string[]) {
    const some = list(ids)
    return this.sql.all<{ wx_user_id: string }>(
      `select wx_user_id from message_session where ${this.sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  }

  /** Moves sessions to another lane with the same rank. */
  moveLanes(rows: Pick<SessionRow, 'session_id' | 'lane' | 'ledger_n'>[]) {
    this.sql.changeEach('message_session', rows, { key: 'session_id', set: ['lane', 'ledger_n'] })
  }

  rerank(rows: Pick<SessionRow, 'session_id' | 'rank'>[]) {
    this.sql.changeEach('message_session', rows, { key: 'session_id', set: ['rank'] })
  }
}
