// A push that is pending: it has come, and is not stored yet. Somebody holds the line to WeChat for it, and not for long.
import type { Needs } from '../../ports.ts'
import { AppError } from '../../errors.ts'
import type { Push, PushAnswer } from './decide/push.ts'
import type { ReceiveNeeds } from './receive.ts'

export type RunnerNeeds = ReceiveNeeds & Needs<'log'>
export type PendingPush = {
  push: Push
  since: number
  resolve: (answer: PushAnswer | null) => void
  reject: (error: unknown) => void
}

export const deadlineMs = 3000

/** WeChat gives up after 5 s: what can't be answered in time anyway makes room, and comes again. */
export function inTime(needs: Needs<'clock'>, batch: PendingPush[]): PendingPush[] {
  const since = needs.clock.mono() - deadlineMs
  for (const late of batch.filter((pending) => pending.since < since)) {
    late.reject(new AppError('store_away', 'The push could not be stored in time.'))
  }
  return batch.filter((pending) => pending.since >= since)
}
