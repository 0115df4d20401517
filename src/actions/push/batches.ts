// Where pushes enter. Group commit: those that arrive together share one transaction, and a customer's keep their order. One batch at a
// time in a process: more of them are smaller, wait for each other's locks, and on both stores took more of the processor for each push.
import { openBatchRunner } from './batch-runner.ts'
import type { RunnerNeeds } from './pending-push.ts'
import type { Push, PushAnswer } from './decide/push.ts'
import { openSingleRunner } from './single-runner.ts'

export type Batches = {
  /** For how long the oldest push has been pending; those that run alone make nobody else wait. */
  oldestMs: () => number
  take: (push: Push) => Promise<PushAnswer | null>
  /** The passive answer has been fully written to the platform. */
  answerWritten: (id: string) => void
  idle: () => Promise<void>
}

export function openBatches(needs: RunnerNeeds): Batches {
  const singles = openSingleRunner(needs)
  const runner = openBatchRunner(needs, singles)
  return {
    oldestMs: runner.oldestMs,
    take: (push) =>
      new Promise((resolve, reject) => {
        const pending = { push, since: needs.clock.mono(), resolve, reject }
        // whoever has a push that runs alone stays behind it
        if (!singles.follows(pending)) runner.take(pending)
      }),
    answerWritten: runner.answerWritten,
    idle: async () => {
      await runner.idle()
      await singles.idle()
    },
  }
}
