import { id, int, primary, type Row, table } from './columns.ts'

/**
 * How often a rule answered on one day (days are counted since 1970, UTC). Hits are counted in
 * memory and added up in bulk, so that a push need not lock this row.
 */
export const ruleHit = table(
  'rule_hit',
  {
    message_rule_id: id(primary),
    day: int(primary),
    company_id: id(),
    hits: int(),
  },
  {
    indices: [
      { name: 'ix_rule_hit_company_id_day', columns: ['company_id', 'day'] },
      { name: 'ix_rule_hit_day', columns: ['day'] },
    ],
  },
)
export type RuleHitRow = Row<typeof ruleHit>
