import type { MessageRuleRow } from '../../entities/index.ts'
import { presentTime } from './times.ts'

export const presentRule = (row: MessageRuleRow) => ({
  id: row.message_rule_id, name: row.name, accountId: row.account_id, enabled: row.enabled === 1, priority: row.priority,
  match: { kind: row.match_kind, keywords: JSON.parse(row.keywords) as string[] },
  action: JSON.parse(row.action) as { kind: 'text', text: string },
  createdAt: presentTime(row.add_time), updatedAt: presentTime(row.update_time),
})
