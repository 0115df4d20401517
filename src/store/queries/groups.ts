import { identityStates } from '../../../rules/access/identity.ts'
import type { UserGroupRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

export class GroupQueries extends Queries {
  list(companyId: string) {
    return this.sql.all<UserGroupRow>(
      'select * from user_group where company_id = ? order by user_group_id',
      [companyId],
    )
  }

  insert(row: Omit<UserGroupRow, 'user_group_id'>) {
    return this.sql.insertSerial('user_group', row)
  }

  change(
    companyId: string,
    id: number,
    patch: Partial<Pick<UserGroupRow, 'user_group_name' | 'parent_id'>>,
  ) {
    this.sql.change('user_group', { company_id: companyId, user_group_id: id }, patch)
  }

  async remove(companyId: string, id: number) {
    await this.sql.run('delete from user_group_member where company_id = ? and user_group_id = ?', [
      companyId,
      id,
    ])
    return this.sql.run('delete from user_group where company_id = ? and user_group_id = ?', [
      companyId,
      id,
    ])
  }

  /**
   * How many members of a group are enabled and serve this account. If there are none, no customer
   * of the account may be handed to the group.
   */
  async countServing(groupId: number, accountId: string) {
    return Number(
      (
        await this.sql.one<{ n: number }>(
          'select count(*) as n from user_group_member g join user u on u.uid = g.uid join customer_service c on c.uid = g.uid' +
            ` where g.user_group_id = ? and c.account_id = ? and c.state = ${identityStates.serves} and u.enabled = 1`,
          [groupId, accountId],
        )
      )?.n,
    )
  }

  moveUp(companyId: string, from: number, to: number) {
    return this.sql.run(
      'update user_group set parent_id = ? where company_id = ? and parent_id = ?',
      [to, companyId, from],
    )
  }
}
