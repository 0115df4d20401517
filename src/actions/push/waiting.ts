// A push that waits to be stored, and for how long it may.
import type { Needs } from '../../ports.ts'
import { AppError } from '../../errors.ts'
import type { Push, PushAnswer } from './push.ts'
import type { ReceiveNeeds } from './receive.ts'

export type LaneNeeds = ReceiveNeeds & Needs<'log'>
export type Waiting = {
  push: Push
  since: number
  resolve: (answer: PushAnswer | null) => void
  reject: (error: unknown) => void
}

export const deadlineMs = 3000

/** WeChat gives up after 5 s: what can't be answered in time anyway makes room, and comes again. */
export function inTime(needs: Needs<'clock'>, batch: Waiting[]): Waiting[] {
  const since = needs.clock.mono() - deadlineMs
  for (const late of batch.filter((one) => one.since < since)) {
    late.reject(new AppError('store_away', 'The push could not be stored in time.'))
  }
  return batch.filter((one) => one.since >= since)
}
