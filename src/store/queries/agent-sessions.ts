// Sessions of an agent: those they are a member of, those in which they are in conversation, and
// those that wait for them.
import { active, group, ownedStates, queued, waiting } from '../../../rules/session/states.ts'
import type { SessionRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

export class AgentSessionQueries extends Queries {
  /**
   * In how many sessions the agent is in conversation. If it is none, the next one that waits for
   * them may be accepted automatically.
   */
  async countActive(companyId: string, uid: number) {
    return Number(
      (
        await this.sql.one<{ n: number }>(
          `select count(*) as n from message_session where company_id = ? and uid = ? and state in (${active}, ${group})`,
          [companyId, uid],
        )
      )?.n,
    )
  }

  oldestWaiting(companyId: string, uid: number) {
    return this.sql.one<SessionRow>(
      `select * from message_session where company_id = ? and uid = ? and state = ${waiting} order by assigned_at, session_id limit 1`,
      [companyId, uid],
    )
  }

  /**
   * Every agent for whom a session is waiting to be accepted, for the job that accepts sessions
   * automatically.
   */
  async waitedFor(companyId: string) {
    return (
      await this.sql.all<{ uid: number }>(
        'select u.uid from user u where u.company_id = ? and exists (select 1 from message_session s' +
          ` where s.company_id = u.company_id and s.uid = u.uid and s.state = ${waiting}) order by u.uid`,
        [companyId],
      )
    ).map((row) => row.uid)
  }

  /** Reads a page of an agent's open sessions, which are handed on when the agent is disabled. */
  heldBy(companyId: string, uid: number, page: { after: string; limit: number }) {
    return this.sql.all<{ session_id: string }>(
      `select session_id from message_session where company_id = ? and uid = ? and state in (${ownedStates.join(', ')}) and session_id > ?` +
        ' order by session_id limit ?',
      [companyId, uid, page.after, page.limit],
    )
  }

  /** Sessions in a lane, in an order that stays the same while they are being removed from it. */
  queuedFor(companyId: string, lane: string, page: { after: string; limit: number }) {
    return this.sql.all<{ session_id: string }>(
      `select session_id from message_session where company_id = ? and lane = ? and state = ${queued} and session_id > ?` +
        ' order by session_id limit ?',
      [companyId, lane, page.after, page.limit],
    )
  }

  /** The agent's sessions and the sessions that are queued in this lane, as one number. */
  async countHeld(companyId: string, uid: number, lane: string) {
    const count = async (where: string, value: number | string) =>
      Number(
        (
          await this.sql.one<{ n: number }>(
            `select count(*) as n from message_session where company_id = ? and ${where}`,
            [companyId, value],
          )
        )?.n,
      )
    return (
      (await count(`uid = ? and state in (${ownedStates.join(', ')})`, uid)) +
      (await count(`lane = ? and state = ${queued}`, lane))
    )
  }
}
