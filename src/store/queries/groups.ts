import { identityStates } from '../../../rules/access/identity.ts'
import type { UserGroupRow } from '../../../entities/index.ts'
import type { Sql } from '../engine/sql.ts'

export const groupQueries = (sql: Sql) => ({
  groups: (companyId: string) =>
    sql.all<UserGroupRow>('select * from user_group where company_id = ? order by user_group_id', [
      companyId,
    ]),
  insertGroup: (row: Omit<UserGroupRow, 'user_group_id'>) => sql.insertSerial('user_group', row),
  changeGroup: (
    companyId: string,
    id: number,
    patch: Partial<Pick<UserGroupRow, 'user_group_name' | 'parent_id'>>,
  ) => sql.change('user_group', { company_id: companyId, user_group_id: id }, patch),
  removeGroup: async (companyId: string, id: number) => {
    await sql.run('delete from user_group_member where company_id = ? and user_group_id = ?', [
      companyId,
      id,
    ])
    return sql.run('delete from user_group where company_id = ? and user_group_id = ?', [
      companyId,
      id,
    ])
  },
  /** The number of enabled members who serve this account. */
  countServing: async (groupId: number, accountId: string) =>
    Number(
      (
        await sql.one<{ n: number }>(
          'select count(*) as n from user_group_member g join user u on u.uid = g.uid join customer_service c on c.uid = g.uid' +
            ` where g.user_group_id = ? and c.account_id = ? and c.state = ${identityStates.serves} and u.enabled = 1`,
          [groupId, accountId],
        )
      )?.n,
    ),
  moveGroupsUp: (companyId: string, from: number, to: number) =>
    sql.run('update user_group set parent_id = ? where company_id = ? and parent_id = ?', [
      to,
      companyId,
      from,
    ]),
})
