import { big, id, int, type Row, serial, table, text } from './columns.ts'

/** A group of agents. Groups form a tree; the parent of a top-level group is -1. */
export const userGroup = table(
  'user_group',
  {
    user_group_id: int(serial),
    company_id: id(),
    user_group_name: text(64),
    parent_id: int(),
    created_at: big(),
  },
  {
    indices: [{ name: 'ix_user_group_company_id', columns: ['company_id'] }],
  },
)
export type UserGroupRow = Row<typeof userGroup>
