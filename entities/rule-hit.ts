import { id, int, primary, type Row, table } from './columns.ts'

/** How often a rule spoke on a day (days since 1970, UTC). Counted in memory and added in heaps: not a row lock a push. */
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
