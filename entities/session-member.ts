import { big, id, int, nullable, primary, type Row, table } from './columns.ts'

/** Who was asked into a group chat. left_at NULL: they read it, and write while it lasts. */
export const sessionMember = table(
  'session_member',
  {
    session_id: id(primary),
    uid: int(primary),
    company_id: id(),
    added_by: int(),
    joined_at: big(),
    left_at: big(nullable),
  },
  {
    indices: [
      {
        name: 'ix_session_member_uid_left_at_session_id',
        columns: ['uid', 'left_at', 'session_id'],
      },
    ],
  },
)
export type SessionMemberRow = Row<typeof sessionMember>
