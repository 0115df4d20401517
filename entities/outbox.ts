import { EntitySchema } from 'typeorm'
import { big, id, int, key, nullable, primary } from './columns.ts'

/** What must leave; its id is the message's. n orders a follower's rows. */
export type OutboxRow = {
  outbox_id: string
  company_id: string
  account_id: string
  wx_user_id: string
  session_id: string | null
  n: number
  way: string
  state: string
  lease_token: string | null
  lease_until: number | null
  retry_at: number
  attempts: number
  inflight_key: string | null
  errcode: number | null
  created_at: number
  settled_at: number | null
  /** 1 where the platform must be given a file first, which may take long. */
  holds_files: number
}

export const outbox = new EntitySchema<OutboxRow>({
  name: 'outbox',
  tableName: 'outbox',
  columns: {
    outbox_id: id(primary),
    company_id: id(),
    account_id: id(),
    wx_user_id: id(),
    session_id: id(nullable),
    n: int(),
    way: key(16),
    state: key(16),
    lease_token: id(nullable),
    lease_until: big(nullable),
    retry_at: big(),
    attempts: int(),
    inflight_key: key(80, nullable),
    errcode: int(nullable),
    created_at: big(),
    settled_at: big(nullable),
    holds_files: int(),
  },
  uniques: [{ name: 'uq_outbox_inflight_key', columns: ['inflight_key'] }],
  indices: [
    {
      name: 'ix_outbox_state_account_id_holds_files_created_at',
      columns: ['state', 'account_id', 'holds_files', 'created_at'],
    },
    { name: 'ix_outbox_wx_user_id_n', columns: ['wx_user_id', 'n'] },
  ],
})
