/** What every call answers that is refused or fails. */
export interface Failure {
  error: {
    code: ErrorCode
    /** In words, for whoever writes the program. */
    message: string
    /** The log of the server knows the call by it. */
    requestId: string
    /** What the code alone does not say: the `field` that is wrong, how long to wait (`retryAfter`, in seconds). */
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
  /** Nobody's wish: the server failed. */
  | 'internal'
