import { big, id, int, long, nullable, primary, type Row, table, text } from './columns.ts'

/** A canned answer. type 1: of the person alone; 2: of the company, made by uid. `text` is what search reads of `content`. */
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
