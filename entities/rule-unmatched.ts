import { big, id, int, key, primary, type Row, table, text } from './columns.ts'

/**
 * A question that no rule answered except, at most, the default rule, and how often it was asked.
 * `folded` is its normalised text, by which equal questions are recognised.
 */
export const ruleUnmatched = table(
  'rule_unmatched',
  {
    company_id: id(primary),
    text_hash: key(64, primary),
    account_id: id(),
    text: text(255),
    folded: text(255),
    times: int(),
    first_at: big(),
    last_at: big(),
  },
  {
    indices: [
      { name: 'ix_rule_unmatched_company_id_last_at', columns: ['company_id', 'last_at'] },
      { name: 'ix_rule_unmatched_company_id_times', columns: ['company_id', 'times'] },
      { name: 'ix_rule_unmatched_last_at', columns: ['last_at'] },
    ],
  },
)
export type RuleUnmatchedRow = Row<typeof ruleUnmatched>
