/**
 * All error codes of the product. A code without a status in http/error-handler.ts does not
 * compile.
 */
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

export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: Record<string, unknown> | undefined
  constructor(code: ErrorCode, message: string, details?: Record<string, unknown>) {
    super(message)
    this.name = 'AppError'
    this.code = code
    this.details = details
  }
}

/**
 * Thrown when something that a transaction read without a lock has changed. The whole transaction
 * is then tried again, and no caller ever sees this error.
 */
export class OutOfDate extends Error {}

export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code)
}
