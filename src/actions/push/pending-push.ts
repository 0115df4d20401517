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

/** After this time nobody begins to store a push any more. */
export const deadlineMs = 3000
/** After this time WeChat gets no answer but "come again", even if the push is being stored. */
const answeredWithinMs = 4300

const late = () => new AppError('store_away', 'The push could not be stored in time.')

/**
 * WeChat gives up after 5 s. Pushes that cannot be answered in time anyway are dropped to make
 * room; WeChat sends them again.
 */
export function dropLate(needs: Needs<'clock'>, batch: PendingPush[]): PendingPush[] {
  const since = needs.clock.mono() - deadlineMs
  for (const one of batch.filter((pending) => pending.since < since)) one.reject(late())
  return batch.filter((pending) => pending.since >= since)
}

/**
 * Promises an answer for each push, in time. A push whose transaction takes too long is refused
 * while that goes on: whether it is stored then or not, WeChat sends it again, and it is stored
 * once. One timer serves all pushes, because nearly every one is answered within milliseconds.
 */
export function openAnswers({ clock }: Needs<'clock'>) {
  /** In the order in which they came. */
  const waiting = new Set<PendingPush>()
  let timer: NodeJS.Timeout | undefined

  const refuseLate = () => {
    timer = undefined
    for (const pending of waiting) {
      const leftMs = pending.since + answeredWithinMs - clock.mono()
      if (leftMs > 0) {
        timer = setTimeout(refuseLate, leftMs).unref()
        return
      }
      pending.reject(late())
    }
  }

  return (push: Push, run: (pending: PendingPush) => void) =>
    new Promise<PushAnswer | null>((resolve, reject) => {
      const since = clock.mono()
      const pending: PendingPush = {
        push,
        since,
        resolve: (answer) => {
          waiting.delete(pending)
          // the timer itself may be late, in a process that got no processor time
          if (clock.mono() - since > answeredWithinMs) reject(late())
          else resolve(answer)
        },
        reject: (error) => {
          waiting.delete(pending)
          reject(error instanceof Error ? error : new Error(String(error)))
        },
      }
      waiting.add(pending)
      timer ??= setTimeout(refuseLate, answeredWithinMs).unref()
      run(pending)
    })
}
