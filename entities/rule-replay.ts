import { big, id, int, key, long, nullable, primary, type Row, table } from './columns.ts'

/**
 * A replay: rules are tried against messages that followers really wrote. Only the process that
 * holds the lease of the row works on it.
 */
export const ruleReplay = table(
  'rule_replay',
  {
    replay_id: id(primary),
    company_id: id(),
    uid: int(),
    state: key(16),
    input: long(),
    total: int(),
    done: int(),
    result: long(nullable),
    token: id(nullable),
    lease_until: big(nullable),
    created_at: big(),
    ended_at: big(nullable),
  },
  {
    indices: [
      { name: 'ix_rule_replay_company_id_created_at', columns: ['company_id', 'created_at'] },
      { name: 'ix_rule_replay_state', columns: ['state'] },
      { name: 'ix_rule_replay_created_at', columns: ['created_at'] },
    ],
  },
)
export type RuleReplayRow = Row<typeof ruleReplay>
