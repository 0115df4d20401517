import { big, id, int, nullable, primary, type Row, table } from './columns.ts'

/**
 * A person who was asked into a group chat. While `left_at` is NULL they can read the session, and
 * write in it as long as the group chat lasts.
 */
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
