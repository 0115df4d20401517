import { big, id, int, long, nullable, primary, type Row, table, text } from './columns.ts'

/**
 * A canned answer. Type 1 belongs to one person alone, type 2 to the whole company (`uid` then says
 * who made it). `text` is the part of `content` that search looks into.
 */
export const quickReply = table(
  'quick_reply',
  {
    quick_reply_id: id(primary),
    company_id: id(),
    uid: int(),
    type: int(),
    reply_group_id: id(nullable),
    title: text(100),
    text: long(),
    content: long(),
    use_count: int(),
    add_time: big(),
    update_time: big(),
  },
  {
    indices: [
      { name: 'ix_quick_reply_company_id_type_uid', columns: ['company_id', 'type', 'uid'] },
    ],
  },
)
export type QuickReplyRow = Row<typeof quickReply>
