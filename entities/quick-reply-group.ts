import { big, id, int, primary, type Row, table, text } from './columns.ts'

/** A group of quick replies. `type`: 1 belongs to one person, 2 to the whole company. */
export const quickReplyGroup = table(
  'quick_reply_group',
  {
    reply_group_id: id(primary),
    company_id: id(),
    uid: int(),
    type: int(),
    group_name: text(64),
    add_time: big(),
  },
  {
    indices: [
      { name: 'ix_quick_reply_group_company_id_type_uid', columns: ['company_id', 'type', 'uid'] },
    ],
  },
)
export type QuickReplyGroupRow = Row<typeof quickReplyGroup>
