import { big, id, int, key, nullable, primary, type Row, table, text } from './columns.ts'

/**
 * A conversation of a customer with the company. `open_key` is unique while the session is open and
 * NULL afterwards, so a customer never has two open sessions.
 */
export const session = table(
  'message_session',
  {
    session_id: id(primary),
    company_id: id(),
    account_id: id(),
    appid: key(32),
    wx_user_id: id(),
    open_key: key(80, nullable),
    state: int(),
    kind: key(16),
    uid: int(nullable),
    customer_service_id: int(nullable),
    fence: int(),
    seq: int(),
    ledger_n: int(),
    lane: key(48, nullable),
    rank: big(nullable),
    queued_at: big(nullable),
    assigned_at: big(nullable),
    visitor_offset: int(),
    agent_offset: int(),
    unread: int(),
    receive_message_time: big(nullable),
    send_time: big(nullable),
    last_message_id: id(nullable),
    closed_at: big(nullable),
    close_reason: text(255, nullable),
    add_time: big(),
    /**
     * Until this time a supervisor is watching, and the session's lines are also written to its own
     * event stream.
     */
    watched_until: big(nullable),
    /** When the customer wrote the first line that no person has answered yet. */
    unanswered_since: big(nullable),
  },
  {
    uniques: [{ name: 'uq_message_session_open_key', columns: ['open_key'] }],
    indices: [
      {
        name: 'ix_message_session_company_id_lane_state_rank',
        columns: ['company_id', 'lane', 'state', 'rank'],
      },
      {
        name: 'ix_message_session_company_id_uid_state_add_time',
        columns: ['company_id', 'uid', 'state', 'add_time'],
      },
      { name: 'ix_message_session_wx_user_id_add_time', columns: ['wx_user_id', 'add_time'] },
      {
        name: 'ix_message_session_company_id_state_add_time',
        columns: ['company_id', 'state', 'add_time'],
      },
    ],
  },
)
export type SessionRow = Row<typeof session>
