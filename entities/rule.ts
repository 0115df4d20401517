import { EntitySchema } from 'typeorm'
import { big, id, int, key, long, nullable, primary, text } from './columns.ts'

/** An auto-reply. account_id NULL: every account of the company. */
export type MessageRuleRow = {
  message_rule_id: string
  company_id: string
  account_id: string | null
  name: string
  enabled: number
  priority: number
  match_kind: string
  keywords: string
  pattern: string | null
  action: string
  schedule: string | null
  add_time: number
  update_time: number
}

export const messageRule = new EntitySchema<MessageRuleRow>({
  name: 'message_rule',
  tableName: 'message_rule',
  columns: {
    message_rule_id: id(primary),
    company_id: id(),
    account_id: id(nullable),
    name: text(100),
    enabled: int(),
    priority: int(),
    match_kind: key(16),
    keywords: long(),
    pattern: text(200, nullable),
    action: long(),
    schedule: long(nullable),
    add_time: big(),
    update_time: big(),
  },
  indices: [{ name: 'ix_message_rule_company_id', columns: ['company_id'] }],
})
