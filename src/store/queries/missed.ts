import type { MissedSessionRow, ReclaimedRow, SessionRow } from '../../../entities/index.ts'
import { list, type Value } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

/**
 * Whose missed sessions are asked for: everybody's, those of one person, or those without an owner
 * on these accounts.
 */
type Whose = 'all' | { uid: number } | { accountIds: string[] }

function isOf(whose: Whose): { where: string; values: Value[] } {
  if (whose === 'all') return { where: '', values: [] }
  if ('uid' in whose) return { where: ' and m.uid = ?', values: [whose.uid] }
  const some = list(whose.accountIds)
  return { where: ` and m.uid is null and m.account_id in (${some.marks})`, values: some.values }
}

/**
 * Queries about sessions that ended while their customer waited (missed), and about customers who
 * were reclaimed.
 */
export class MissedQueries extends Queries {
  add(row: MissedSessionRow) {
    this.sql.insertNew('missed_session', [row])
  }

  find(companyId: string, sessionId: string) {
    return this.sql.one<MissedSessionRow>(
      'select * from missed_session where company_id = ? and session_id = ?',
      [companyId, sessionId],
    )
  }

  among(companyId: string, sessionIds: string[]) {
    const some = list(sessionIds)
    return this.sql.all<MissedSessionRow>(
      `select * from missed_session where ${this.sql.dialect.filter('company_id')} = ? and session_id in (${some.marks})`,
      [companyId, ...some.values],
    )
  }

  ofCustomer(companyId: string, customerId: string) {
    return this.sql.all<MissedSessionRow>(
      'select * from missed_session where company_id = ? and wx_user_id = ?',
      [companyId, customerId],
    )
  }

  dismiss(companyId: string, sessionId: string) {
    return this.sql.run('delete from missed_session where company_id = ? and session_id = ?', [
      companyId,
      sessionId,
    ])
  }

  answered(companyId: string, customerId: string) {
    this.sql.write('delete from missed_session where company_id = ? and wx_user_id = ?', [
      companyId,
      customerId,
    ])
  }

  /**
   * Missed sessions, newest first: all of them, those of one person, or those without an owner on
   * these accounts.
   */
  list(
    companyId: string,
    whose: Whose,
    { at, id, limit }: { at: number; id: string; limit: number },
  ) {
    const { where, values } = isOf(whose)
    return this.sql.all<SessionRow & { missed_at: number }>(
      `select s.*, m.at as missed_at from missed_session m${this.sql.dialect.along(whose === 'all' ? 'ix_missed_session_company_id_at' : 'ix_missed_session_company_id_uid_at')} join message_session s on s.session_id = m.session_id where m.company_id = ?${where}` +
        ' and m.at <= ? and (m.at < ? or m.session_id < ?) order by m.at desc, m.session_id desc limit ?',
      [companyId, ...values, at, at, id, limit],
    )
  }

  addReclaimed(row: ReclaimedRow) {
    this.sql.insert('reclaimed', [row])
  }

  lastReclaimed(companyId: string, customerId: string) {
    return this.sql.one<ReclaimedRow>(
      'select * from reclaimed where company_id = ? and wx_user_id = ? order by at desc, reclaimed_id desc limit 1',
      [companyId, customerId],
    )
  }

  undone(id: string, at: number) {
    return this.sql.run(
      'update reclaimed set undone_at = ? where reclaimed_id = ? and undone_at is null',
      [at, id],
    )
  }

  reclaimedList(companyId: string, page: { before: number; id: string; limit: number }) {
    return this.sql.all<ReclaimedRow>(
      `select * from reclaimed${this.sql.dialect.along('ix_reclaimed_company_id_at')} where company_id = ? and at <= ? and (at < ? or reclaimed_id < ?) order by at desc, reclaimed_id desc limit ?`,
      [companyId, page.before, page.before, page.id, page.limit],
    )
  }
}
