// A push that has arrived and is not stored yet. WeChat keeps its connection open and waits for the
// answer, but only for a few seconds.
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

/**
 * WeChat gives up after 5 s. Pushes that cannot be answered in time anyway are dropped to make
 * room; WeChat sends them again.
 */
export function dropLate(needs: Needs<'clock'>, batch: PendingPush[]): PendingPush[] {
  const since = needs.clock.mono() - deadlineMs
  for (const late of batch.filter((pending) => pending.since < since)) {
    late.reject(new AppError('store_away', 'The push could not be stored in time.'))
  }
  return batch.filter((pending) => pending.since >= since)
}
