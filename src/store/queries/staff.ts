import { group, ownedStates } from '../../../rules/session/states.ts'
import { identityStates } from '../../../rules/access/identity.ts'
import type { UserRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

/** Reads the people who may be given customers. */
export class StaffQueries extends Queries {
  /** What decides whether people are online: what they set and when they were last active. */
  presences(uids: number[]) {
    const some = list(uids)
    return this.sql.all<Pick<UserRow, 'uid' | 'enabled' | 'presence' | 'seen_at'>>(
      `select uid, enabled, presence, seen_at from user where uid in (${some.marks})`,
      some.values,
    )
  }

  /**
   * Whether the person is enabled and serves the account, so that its customers may be given to
   * them.
   */
  async serves(companyId: string, { accountId, uid }: { accountId: string; uid: number }) {
    return (
      (await this.sql.one(
        `select u.uid from user u join customer_service s on s.uid = u.uid and s.account_id = ? and s.state = ${identityStates.serves}` +
          ' where u.company_id = ? and u.uid = ? and u.enabled = 1',
        [accountId, companyId, uid],
      )) !== null
    )
  }

  /**
   * Disabled people who still have a session, a place in a group chat, or sessions that are queued
   * for them alone (`reserved` names those people).
   */
  async disabledWith(companyId: string, reserved: number[]) {
    const some = list(reserved)
    return this.sql.all<Pick<UserRow, 'uid' | 'sessions_to' | 'disabled_by'>>(
      'select u.uid, u.sessions_to, u.disabled_by from user u where u.company_id = ? and u.enabled = 0' +
        ` and (u.uid in (${some.marks})` +
        ownedStates
          .map(
            (state) =>
              ` or exists (select 1 from message_session s where s.company_id = u.company_id and s.uid = u.uid and s.state = ${state})`,
          )
          .join('') +
        ` or exists (select 1 from session_member m join message_session s on s.session_id = m.session_id and s.state = ${group}` +
        ' where m.uid = u.uid and m.left_at is null)) order by u.uid',
      [companyId, ...some.values],
    )
  }

  /**
   * People who are online and have room for another session, so that one can be assigned to them.
   */
  async free(companyId: string, heardSince: number) {
    return (
      await this.sql.all<{ uid: number }>(
        "select u.uid from user u join agent_load l on l.uid = u.uid where u.company_id = ? and u.enabled = 1 and u.presence = 'online'" +
          ' and u.seen_at > ? and l.`load` < l.capacity order by u.uid',
        [companyId, heardSince],
      )
    ).map((row) => row.uid)
  }

  /**
   * Reads, for everyone in the company, what seldom changes and decides which customers they may be
   * given: role, groups, accounts and deputies.
   */
  async all(companyId: string) {
    return {
      users: await this.sql.all<{ uid: number; enabled: number; role: string }>(
        'select uid, enabled, role from user where company_id = ? order by uid',
        [companyId],
      ),
      groups: await this.sql.all<{ uid: number; user_group_id: number }>(
        'select uid, user_group_id from user_group_member where company_id = ?',
        [companyId],
      ),
      identities: await this.sql.all<{ uid: number; account_id: string }>(
        `select uid, account_id from customer_service where company_id = ? and state = ${identityStates.serves}`,
        [companyId],
      ),
      deputies: await this.sql.all<{ uid: number; deputy_uid: number }>(
        'select uid, deputy_uid from user_deputy where company_id = ? order by deputy_uid',
        [companyId],
      ),
    }
  }
}
