import { identityStates } from '../../../rules/access/identity.ts'
import type { CustomerServiceRow, UserRow } from '../../../entities/index.ts'
import { list } from '../engine/sql.ts'
import { Queries } from '../engine/queries.ts'

/** The columns of an existing person that may change. */
export type UserColumns = Partial<Omit<UserRow, 'uid' | 'company_id'>>

export class UserQueries extends Queries {
  byUsername(username: string) {
    return this.sql.one<UserRow>('select * from user where username = ?', [username])
  }

  /**
   * Locks the row of the person with this name. Every sign-in does so before it decides, so sign-ins
   * with one name run one after the other, even in several processes.
   */
  lockLogin(username: string) {
    return this.sql.one(`select uid from user where username = ?${this.sql.dialect.forUpdate}`, [
      username,
    ])
  }

  find(companyId: string, uid: number) {
    return this.sql.one<UserRow>('select * from user where company_id = ? and uid = ?', [
      companyId,
      uid,
    ])
  }

  byUids(uids: number[]) {
    const some = list(uids)
    return this.sql.all<UserRow>(`select * from user where uid in (${some.marks})`, some.values)
  }

  list(companyId: string, after: number, limit: number) {
    return this.sql.all<UserRow>(
      'select * from user where company_id = ? and uid > ? order by uid limit ?',
      [companyId, after, limit],
    )
  }

  directory(companyId: string, search: string, page: { after: number; limit: number }) {
    return this.sql.all<UserRow>(
      'select * from user where company_id = ? and uid > ? and enabled = 1 and (instr(name, ?) > 0 or instr(username, ?) > 0) order by uid limit ?',
      [companyId, page.after, search, search, page.limit],
    )
  }

  /** People who serve all existing accounts; they will also serve a new one. */
  servingAll(companyId: string) {
    return this.sql.all<{ uid: number; name: string }>(
      'select uid, name from user where company_id = ? and (select count(*) from customer_service s join official_account a on' +
        ` a.account_id = s.account_id where s.uid = user.uid and s.state = ${identityStates.serves} and a.deleted_at is null) = (select count(*) from` +
        ' official_account where company_id = ? and deleted_at is null)',
      [companyId, companyId],
    )
  }

  async count(companyId: string) {
    return Number(
      (
        await this.sql.one<{ n: number }>(
          'select count(*) as n from user where company_id = ? and enabled = 1',
          [companyId],
        )
      )?.n,
    )
  }

  insert(row: Omit<UserRow, 'uid' | 'greeting' | 'sessions_to' | 'disabled_by'>) {
    return this.sql.insertSerial('user', row)
  }

  lock(companyId: string, uid: number) {
    return this.sql.one<UserRow>(
      `select * from user where company_id = ? and uid = ?${this.sql.dialect.forUpdate}`,
      [companyId, uid],
    )
  }

  change(companyId: string, uid: number, patch: UserColumns) {
    this.sql.change('user', { company_id: companyId, uid }, patch)
  }

  setPresence(uid: number, presence: string, at: number) {
    return this.sql.run('update user set presence = ?, seen_at = ? where uid = ?', [
      presence,
      at,
      uid,
    ])
  }

  setGreeting(uid: number, greeting: string | null) {
    return this.sql.run('update user set greeting = ? where uid = ?', [greeting, uid])
  }

  /**
   * Stores when the person was last active. It is not changed for somebody who set themselves to
   * offline, for whom seen_at is the time at which they did so.
   */
  seen(uid: number, at: number) {
    return this.sql.run("update user set seen_at = ? where uid = ? and presence <> 'offline'", [
      at,
      uid,
    ])
  }

  async groupIds(uid: number) {
    return (
      await this.sql.all<{ user_group_id: number }>(
        'select user_group_id from user_group_member where uid = ? order by user_group_id',
        [uid],
      )
    ).map((row) => row.user_group_id)
  }

  /** In which groups these people are. */
  groupsOf(uids: number[]) {
    const some = list(uids)
    return this.sql.all<{ uid: number; user_group_id: number }>(
      `select uid, user_group_id from user_group_member where uid in (${some.marks}) order by uid, user_group_id`,
      some.values,
    )
  }

  async deputyUids(uid: number) {
    return (
      await this.sql.all<{ deputy_uid: number }>(
        'select deputy_uid from user_deputy where uid = ? order by deputy_uid',
        [uid],
      )
    ).map((row) => row.deputy_uid)
  }

  /** For whom these people are deputies. */
  deputiesAmong(uids: number[]) {
    const some = list(uids)
    return this.sql.all<{ uid: number; deputy_uid: number }>(
      `select uid, deputy_uid from user_deputy where deputy_uid in (${some.marks}) order by uid`,
      some.values,
    )
  }

  setGroups(companyId: string, uid: number, ids: number[]) {
    this.sql.write('delete from user_group_member where company_id = ? and uid = ?', [
      companyId,
      uid,
    ])
    this.sql.insert(
      'user_group_member',
      ids.map((user_group_id) => ({ user_group_id, uid, company_id: companyId })),
    )
  }

  setDeputies(companyId: string, uid: number, uids: number[]) {
    this.sql.write('delete from user_deputy where company_id = ? and uid = ?', [companyId, uid])
    this.sql.insert(
      'user_deputy',
      uids.map((deputy_uid) => ({ uid, deputy_uid, company_id: companyId })),
    )
  }

  identities(uid: number) {
    return this.sql.all<CustomerServiceRow>(
      `select * from customer_service where uid = ? and state = ${identityStates.serves} order by customer_service_id`,
      [uid],
    )
  }

  /** The places that these people have on accounts. */
  identitiesOf(uids: number[]) {
    const some = list(uids)
    return this.sql.all<CustomerServiceRow>(
      `select * from customer_service where uid in (${some.marks}) and state = ${identityStates.serves} order by customer_service_id`,
      some.values,
    )
  }

  /**
   * The accounts that a person serves, without deleted ones. If a deleted account comes back, the
   * people who served it still do.
   */
  async accountIds(uid: number) {
    return (
      await this.sql.all<{ account_id: string }>(
        'select s.account_id from customer_service s join official_account a on a.account_id = s.account_id' +
          ` where s.uid = ? and s.state = ${identityStates.serves} and a.deleted_at is null order by s.customer_service_id`,
        [uid],
      )
    ).map((row) => row.account_id)
  }

  identity(accountId: string, uid: number) {
    return this.sql.one<CustomerServiceRow>(
      `select * from customer_service where account_id = ? and uid = ? and state = ${identityStates.serves}`,
      [accountId, uid],
    )
  }

  identityById(id: number) {
    return this.sql.one<CustomerServiceRow>(
      `select * from customer_service where customer_service_id = ? and state = ${identityStates.serves}`,
      [id],
    )
  }

  setIdentity(row: Omit<CustomerServiceRow, 'customer_service_id'>) {
    this.sql.upsert('customer_service', [row], {
      key: 'account_id, uid',
      update: ['name', 'state'],
    })
  }
}
