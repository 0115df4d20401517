// The only place where an error code is turned into an HTTP status.
import type { ErrorRequestHandler, Response } from 'express'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { Ports } from '../../ports.ts'

export const statusOf: Record<ErrorCode, number> = {
  invalid_input: 400,
  bad_xml: 400,
  not_signed_in: 401,
  login_failed: 401,
  not_allowed: 403,
  company_disabled: 403,
  reserved: 403,
  not_your_lane: 403,
  not_owner: 403,
  bad_signature: 403,
  not_found: 404,
  username_taken: 409,
  appid_taken: 409,
  scene_taken: 409,
  limit_reached: 409,
  account_not_bound: 409,
  session_already_claimed: 409,
  agent_at_capacity: 409,
  agent_disabled: 409,
  agent_not_on_account: 409,
  group_empty: 409,
  same_agent: 409,
  session_not_open: 409,
  session_moved: 409,
  session_not_accepted: 409,
  session_not_waiting: 409,
  session_not_missed: 409,
  client_msg_id_reused: 409,
  customer_has_session: 409,
  customer_reserved: 409,
  delivery_not_open: 409,
  nothing_to_undo: 409,
  job_running: 409,
  too_large: 413,
  wrong_type: 415,
  reply_window_closed: 422,
  reply_budget_used: 422,
  type_not_supported: 422,
  login_locked: 429,
  too_many_tries: 429,
  wechat_refused: 422,
  wechat_away: 503,
  overloaded: 503,
  store_away: 503,
}

export function answerErrors(ports: Ports): ErrorRequestHandler {
  // the function needs all four parameters, because Express recognises an error handler by their
  // number
  // eslint-disable-next-line max-params
  return (error: unknown, request, response, next) => {
    if (response.headersSent) {
      next(error)
      return
    }
    const known = asAppError(error)
    if (!known) {
      ports.log.error(
        { err: error, requestId: requestIdOf(response), path: request.path },
        'a call failed',
      )
    }
    if (typeof known?.details?.['retryAfter'] === 'number') {
      response.set('Retry-After', String(known.details['retryAfter']))
    }
    const { code, message, details } = known ?? {
      code: 'internal',
      message: 'Something went wrong here; the log knows more.',
    }
    response.status(known ? statusOf[known.code] : 500).json({
      error: { code, message, requestId: requestIdOf(response), ...(details && { details }) },
    })
  }
}

export const requestIdOf = (response: Response) => String(response.getHeader('X-Request-Id'))

function asAppError(error: unknown): AppError | null {
  if (error instanceof AppError) return error
  if (!(error instanceof Error) || !('status' in error)) return null
  if (error.status === 404) return new AppError('not_found', 'There is nothing here.')
  if (error.status === 413) return new AppError('too_large', 'The body is too large.')
  if (error.status === 415) {
    return new AppError('wrong_type', 'The body has an encoding this server does not read.')
  }
  return error.status === 400
    ? new AppError('invalid_input', 'The call cannot be read.', {
        field: 'type' in error ? 'body' : 'path',
      })
    : null
}
