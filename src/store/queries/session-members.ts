import { group } from '../../../rules/session/states.ts'
import type { SessionMemberRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

export class MemberQueries extends Queries {
  of(companyId: string, sessionIds: string[]) {
    const some = list(sessionIds)
    return this.sql.all<SessionMemberRow>(
      `select * from session_member where ${this.sql.dialect.filter('company_id')} = ? and session_id in (${some.marks}) and left_at is null order by joined_at, uid`,
      [companyId, ...some.values],
    )
  }

  async isMember(companyId: string, sessionId: string, uid: number) {
    return (
      (await this.sql.one(
        'select uid from session_member where company_id = ? and session_id = ? and uid = ? and left_at is null',
        [companyId, sessionId, uid],
      )) !== null
    )
  }

  /** Group chats that the person is a member of. */
  groupsOf(companyId: string, uid: number, page: { after: string; limit: number }) {
    return this.sql.all<{ session_id: string }>(
      `select m.session_id from session_member m join message_session s on s.session_id = m.session_id and s.state = ${group}` +
        ' where m.company_id = ? and m.uid = ? and m.left_at is null and m.session_id > ? order by m.session_id limit ?',
      [companyId, uid, page.after, page.limit],
    )
  }

  /** Adds members to group chats. Somebody who joins a group chat again still has only one row. */
  add(rows: SessionMemberRow[]) {
    this.sql.upsert('session_member', rows, {
      key: 'session_id, uid',
      update: ['added_by', 'joined_at', 'left_at'],
    })
  }

  leave(sessionId: string, uids: number[], at: number) {
    const some = list(uids)
    return this.sql.run(
      `update session_member set left_at = ? where session_id = ? and uid in (${some.marks}) and left_at is null`,
      [at, sessionId, ...some.values],
    )
  }

  leaveAll(sessionId: string, at: number) {
    this.sql.write(
      'update session_member set left_at = ? where session_id = ? and left_at is null',
      [at, sessionId],
    )
  }
}
