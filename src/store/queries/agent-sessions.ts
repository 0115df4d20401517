// An agent's sessions: those they are a member of, those in conversation with them, those that wait for them.
import type { SessionRow } from '../../../entities/index.ts'
import type { Sql } from '../engine/sql.ts'

export const agentSessions = (sql: Sql) => ({
  /** Of those in conversation with them. */
  countActive: async (companyId: string, uid: number) =>
    Number(
      (
        await sql.one<{ n: number }>(
          'select count(*) as n from message_session where company_id = ? and uid = ? and state in (1, 2)',
          [companyId, uid],
        )
      )?.n,
    ),
  oldestWaiting: (companyId: string, uid: number) =>
    sql.one<SessionRow>(
      'select * from message_session where company_id = ? and uid = ? and state = 0 order by assigned_at, session_id limit 1',
      [companyId, uid],
    ),
  /** Everyone for whom a session waits to be accepted. */
  waitedFor: async (companyId: string) =>
    (
      await sql.all<{ uid: number }>(
        'select u.uid from user u where u.company_id = ? and exists (select 1 from message_session s' +
          ' where s.company_id = u.company_id and s.uid = u.uid and s.state = 0) order by u.uid',
        [companyId],
      )
    ).map((row) => row.uid),
  /** Open sessions of theirs. */
  heldBy: (companyId: string, uid: number, page: { after: string; limit: number }) =>
    sql.all<{ session_id: string }>(
      'select session_id from message_session where company_id = ? and uid = ? and state in (0, 1, 2) and session_id > ?' +
        ' order by session_id limit ?',
      [companyId, uid, page.after, page.limit],
    ),
  /** Those in a lane, in an order that does not change while they are taken out of it. */
  queuedFor: (companyId: string, lane: string, page: { after: string; limit: number }) =>
    sql.all<{ session_id: string }>(
      'select session_id from message_session where company_id = ? and lane = ? and state = 3 and session_id > ?' +
        ' order by session_id limit ?',
      [companyId, lane, page.after, page.limit],
    ),
  /** Both. */
  countHeld: async (companyId: string, uid: number, lane: string) => {
    const count = async (where: string, value: number | string) =>
      Number(
        (
          await sql.one<{ n: number }>(
            `select count(*) as n from message_session where company_id = ? and ${where}`,
            [companyId, value],
          )
        )?.n,
      )
    return (
      (await count('uid = ? and state in (0, 1, 2)', uid)) +
      (await count('lane = ? and state = 3', lane))
    )
  },
})
