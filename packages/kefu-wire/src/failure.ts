/** The answer of every call that is refused or fails. */
export interface Failure {
  error: {
    code: ErrorCode
    /** An explanation of the failure for developers; programs should look at the code instead. */
    message: string
    /** The id under which the call stands in the server's log. */
    requestId: string
    /**
     * More about the reason, such as the wrong `field` or how many seconds to wait (`retryAfter`).
     */
    details?: Record<string, unknown>
  }
}

export type ErrorCode =
  | 'invalid_input'
  | 'not_signed_in'
  | 'not_allowed'
  | 'not_found'
  | 'login_failed'
  | 'login_locked'
  | 'too_many_tries'
  | 'username_taken'
  | 'appid_taken'
  | 'scene_taken'
  | 'limit_reached'
  | 'company_disabled'
  | 'account_not_bound'
  | 'agent_disabled'
  | 'agent_not_on_account'
  | 'group_empty'
  | 'same_agent'
  | 'session_already_claimed'
  | 'agent_at_capacity'
  | 'reserved'
  | 'not_your_lane'
  | 'session_not_open'
  | 'session_moved'
  | 'not_owner'
  | 'session_not_accepted'
  | 'session_not_waiting'
  | 'session_not_missed'
  | 'client_msg_id_reused'
  | 'customer_has_session'
  | 'customer_reserved'
  | 'reply_window_closed'
  | 'reply_budget_used'
  | 'type_not_supported'
  | 'delivery_not_open'
  | 'nothing_to_undo'
  | 'job_running'
  | 'too_large'
  | 'wrong_type'
  | 'bad_signature'
  | 'bad_xml'
  | 'overloaded'
  | 'store_away'
  | 'wechat_refused'
  | 'wechat_away'
  /** The server failed; this is a fault of kefu. */
  | 'internal'
