import { EntitySchema } from 'typeorm'
import { big, id, int, serial, text } from './columns.ts'

/** A group of agents; groups form a tree, -1 is no parent. */
export type UserGroupRow = {
  user_group_id: number
  company_id: string
  user_group_name: string
  parent_id: number
  created_at: number
}

export const userGroup = new EntitySchema<UserGroupRow>({
  name: 'user_group',
  tableName: 'user_group',
  columns: {
    user_group_id: int(serial),
    company_id: id(),
    user_group_name: text(64),
    parent_id: int(),
    created_at: big(),
  },
  indices: [{ name: 'ix_user_group_company_id', columns: ['company_id'] }],
})
