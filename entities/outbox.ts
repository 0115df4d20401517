import { big, id, int, key, nullable, primary, type Row, table } from './columns.ts'

/**
 * A reply and what became of it (`state`). `way` says whether it goes through WeChat's API or is
 * the passive answer to a push. Its id is the id of the message. `n` gives the order of the rows of
 * one follower.
 */
export const outbox = table(
  'outbox',
  {
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
    /** 1 if a file must first be uploaded to WeChat, which may take long. */
    holds_files: int(),
  },
  {
    uniques: [{ name: 'uq_outbox_inflight_key', columns: ['inflight_key'] }],
    indices: [
      {
        name: 'ix_outbox_state_account_id_holds_files_created_at',
        columns: ['state', 'account_id', 'holds_files', 'created_at'],
      },
      { name: 'ix_outbox_wx_user_id_n', columns: ['wx_user_id', 'n'] },
    ],
  },
)
export type OutboxRow = Row<typeof outbox>
