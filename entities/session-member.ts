import { EntitySchema } from 'typeorm'
import { big, id, int, nullable, primary } from './columns.ts'

/** Who was asked into a group chat. left_at NULL: he reads it, and writes while it lasts. */
export type SessionMemberRow = {
  session_id: string
  uid: number
  company_id: string
  added_by: number
  joined_at: number
  left_at: number | null
}

export const sessionMember = new EntitySchema<SessionMemberRow>({
  name: 'session_member',
  tableName: 'session_member',
  columns: {
    session_id: id(primary),
    uid: int(primary),
    company_id: id(),
    added_by: int(),
    joined_at: big(),
    left_at: big(nullable),
  },
  indices: [
    {
      name: 'ix_session_member_uid_left_at_session_id',
      columns: ['uid', 'left_at', 'session_id'],
    },
  ],
})
