import type * as wire from 'kefu-wire'

/**
 * The error codes with which actions refuse. A code without a status in
 * http/engine/error-handler.ts does not compile.
 */
export type ErrorCode = Exclude<wire.ErrorCode, 'internal'>

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
