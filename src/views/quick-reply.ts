import type { QuickReply, QuickReplyGroup } from 'kefu-wire'
import type { QuickReplyGroupRow, QuickReplyRow } from '../../entities/index.ts'
import type { Content } from '../../rules/reply/content.ts'
import { scopeOf } from '../../rules/reply/scope.ts'
import { presentTime } from './times.ts'

export const presentQuickReply = (row: QuickReplyRow): QuickReply => ({
  id: row.quick_reply_id,
  scope: scopeOf(row.type),
  groupId: row.reply_group_id,
  title: row.title,
  content: JSON.parse(row.content) as Content,
  useCount: row.use_count,
  createdAt: presentTime(row.add_time),
  updatedAt: presentTime(row.update_time),
})

export const presentQuickReplyGroup = (row: QuickReplyGroupRow): QuickReplyGroup => ({
  id: row.reply_group_id,
  scope: scopeOf(row.type),
  name: row.group_name,
})
