import { EntitySchema } from 'typeorm'
import { id, int, primary } from './columns.ts'

/** How often a rule spoke on a day (days since 1970, UTC). Counted in memory and added in heaps: not a row lock a push. */
export type RuleHitRow = {
  message_rule_id: string
  day: number
  company_id: string
  hits: number
}

export const ruleHit = new EntitySchema<RuleHitRow>({
  name: 'rule_hit',
  tableName: 'rule_hit',
  columns: {
    message_rule_id: id(primary),
    day: int(primary),
    company_id: id(),
    hits: int(),
  },
  indices: [
    { name: 'ix_rule_hit_company_id_day', columns: ['company_id', 'day'] },
    { name: 'ix_rule_hit_day', columns: ['day'] },
  ],
})
