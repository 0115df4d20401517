import { big, id, int, key, long, nullable, primary, type Row, table, text } from './columns.ts'

/** An auto-reply rule. If `account_id` is NULL it applies to every account of the company. */
export const messageRule = table(
  'message_rule',
  {
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
  {
    indices: [{ name: 'ix_message_rule_company_id', columns: ['company_id'] }],
  },
)
export type MessageRuleRow = Row<typeof messageRule>
