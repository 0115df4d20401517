import { id, int, primary, type Row, table } from './columns.ts'

/** A person's membership in a group of agents. A person may belong to several groups. */
export const userGroupMember = table(
  'user_group_member',
  {
    user_group_id: int(primary),
    uid: int(primary),
    company_id: id(),
  },
  {
    indices: [{ name: 'ix_user_group_member_uid', columns: ['uid'] }],
  },
)
export type UserGroupMemberRow = Row<typeof userGroupMember>
