import { EntitySchema } from 'typeorm'
import { big, id, int, primary, text } from './columns.ts'

/** type as in quick_reply. */
export type QuickReplyGroupRow = {
  reply_group_id: string
  company_id: string
  uid: number
  type: number
  group_name: string
  add_time: number
}

export const quickReplyGroup = new EntitySchema<QuickReplyGroupRow>({
  name: 'quick_reply_group',
  tableName: 'quick_reply_group',
  columns: {
    reply_group_id: id(primary),
    company_id: id(),
    uid: int(),
    type: int(),
    group_name: text(64),
    add_time: big(),
  },
  indices: [
    { name: 'ix_quick_reply_group_company_id_type_uid', columns: ['company_id', 'type', 'uid'] },
  ],
})
