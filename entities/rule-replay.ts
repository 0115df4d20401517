import { EntitySchema } from 'typeorm'
import { big, id, int, key, long, nullable, primary } from './columns.ts'

/** Rules tried over what followers really wrote. Whoever holds the lease works on it. */
export type RuleReplayRow = {
  replay_id: string
  company_id: string
  uid: number
  state: string
  input: string
  total: number
  done: number
  result: string | null
  token: string | null
  lease_until: number | null
  created_at: number
  ended_at: number | null
}

export const ruleReplay = new EntitySchema<RuleReplayRow>({
  name: 'rule_replay',
  tableName: 'rule_replay',
  columns: {
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
  indices: [
    { name: 'ix_rule_replay_company_id_created_at', columns: ['company_id', 'created_at'] },
    { name: 'ix_rule_replay_state', columns: ['state'] },
    { name: 'ix_rule_replay_created_at', columns: ['created_at'] },
  ],
})
