import type { AuditLogRow, LoginLogRow, LoginRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

export class LoginQueries extends Queries {
  insert(row: LoginRow) {
    this.sql.insert('login', [row])
  }

  find(hash: string) {
    return this.sql.one<LoginRow>('select * from login where token_hash = ?', [hash])
  }

  seen(hash: string, at: number) {
    return this.sql.run('update login set seen_at = ? where token_hash = ?', [at, hash])
  }

  end(hash: string) {
    return this.sql.run('delete from login where token_hash = ?', [hash])
  }

  async hashesOf(uid: number) {
    return (
      await this.sql.all<{ token_hash: string }>('select token_hash from login where uid = ?', [
        uid,
      ])
    ).map((row) => row.token_hash)
  }

  /**
   * The number of a person's sign-ins that were used since the given time. If somebody signs out
   * and there is none left, they are set offline.
   */
  async countHeard(uid: number, since: number) {
    return Number(
      (
        await this.sql.one<{ n: number }>(
          'select count(*) as n from login where uid = ? and seen_at > ?',
          [uid, since],
        )
      )?.n,
    )
  }

  ofCompany(companyId: string) {
    return this.sql.all<{ token_hash: string; uid: number }>(
      'select token_hash, uid from login where company_id = ?',
      [companyId],
    )
  }

  endCompany(companyId: string) {
    return this.sql.run('delete from login where company_id = ?', [companyId])
  }

  tried(row: LoginLogRow) {
    this.sql.insert('login_log', [row])
  }

  turnedOut(id: string, result: string, uid: number | null) {
    return this.sql.run('update login_log set result = ?, uid = ? where login_log_id = ?', [
      result,
      uid,
      id,
    ])
  }

  lastFailures(username: string, ip: string, limit: number) {
    return this.sql.all<{ at: number }>(
      "select at from login_log where username = ? and ip = ? and result = 'failed' and at > coalesce((select max(at) from login_log" +
        " where username = ? and ip = ? and result = 'ok'), 0) order by at desc limit ?",
      [username, ip, username, ip, limit],
    )
  }

  /**
   * How many sign-ins for one name failed, from all addresses, counted up to a limit. Too many slow
   * down further attempts.
   */
  async countFailures(username: string, since: number, most: number) {
    return (
      await this.sql.all(
        "select at from login_log where username = ? and result = 'failed' and at > ? limit ?",
        [username, since, most],
      )
    ).length
  }

  lastFailuresFrom(ip: string, limit: number) {
    return this.sql.all<{ at: number }>(
      "select at from login_log where ip = ? and result = 'failed' order by at desc limit ?",
      [ip, limit],
    )
  }

  audit(row: AuditLogRow) {
    this.sql.insert('audit_log', [row])
  }

  auditFind(companyId: string, id: string) {
    return this.sql.one<AuditLogRow>(
      'select * from audit_log where company_id = ? and audit_id = ?',
      [companyId, id],
    )
  }

  auditList(companyId: string, page: { before: AuditLogRow | null; limit: number }) {
    const before = page.before
      ? {
          // the two columns by which entries are sorted are compared one by one, because not every
          // database uses an index when they are compared as a pair
          where: ' and at <= ? and (at < ? or audit_id < ?)',
          values: [page.before.at, page.before.at, page.before.audit_id],
        }
      : { where: '', values: [] }
    return this.sql.all<AuditLogRow>(
      `select * from audit_log${this.sql.dialect.along('ix_audit_log_company_id_at')} where company_id = ?${before.where} order by at desc, audit_id desc limit ?`,
      [companyId, ...before.values, page.limit],
    )
  }
}
