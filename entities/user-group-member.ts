import { EntitySchema } from 'typeorm'
import { id, int, primary } from './columns.ts'

/** Who belongs to a group. */
export type UserGroupMemberRow = {
  user_group_id: number
  uid: number
  company_id: string
}

export const userGroupMember = new EntitySchema<UserGroupMemberRow>({
  name: 'user_group_member',
  tableName: 'user_group_member',
  columns: {
    user_group_id: int(primary),
    uid: int(primary),
    company_id: id(),
  },
  indices: [{ name: 'ix_user_group_member_uid', columns: ['uid'] }],
})
