import type { MessageRuleRow } from '../../entities/index.ts'
import type { Sql } from './sql.ts'

export const ruleQueries = (sql: Sql) => ({
  list: (companyId: string) => sql.all<MessageRuleRow>(
    'select * from message_rule where company_id = ? order by priority desc, message_rule_id', [companyId]),
  find: (companyId: string, id: string) => sql.one<MessageRuleRow>(
    'select * from message_rule where company_id = ? and message_rule_id = ?', [companyId, id]),
  save: (row: MessageRuleRow) => sql.upsert('message_rule', [row], { key: 'message_rule_id', update: Object.keys(row).slice(2) }),
  remove: (companyId: string, id: string) => sql.run('delete from message_rule where company_id = ? and message_rule_id = ?', [companyId, id]),
})
