import { EntitySchema } from 'typeorm'
import { big, id, int, key, primary, text } from './columns.ts'

/** A question that no rule answered, and how often. `folded`: as it is compared. */
export type RuleUnmatchedRow = {
  company_id: string
  text_hash: string
  account_id: string
  text: string
  folded: string
  times: number
  first_at: number
  last_at: number
}

export const ruleUnmatched = new EntitySchema<RuleUnmatchedRow>({
  name: 'rule_unmatched',
  tableName: 'rule_unmatched',
  columns: {
    company_id: id(primary),
    text_hash: key(64, primary),
    account_id: id(),
    text: text(255),
    folded: text(255),
    times: int(),
    first_at: big(),
    last_at: big(),
  },
  indices: [
    { name: 'ix_rule_unmatched_company_id_last_at', columns: ['company_id', 'last_at'] },
    { name: 'ix_rule_unmatched_company_id_times', columns: ['company_id', 'times'] },
    { name: 'ix_rule_unmatched_last_at', columns: ['last_at'] },
  ],
})
