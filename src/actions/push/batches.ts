// Where pushes enter. Pushes that arrive together share one transaction (group commit), and those
// of one customer keep their order. A process runs only one batch at a time: several would be
// smaller, would wait for each other's locks, and used more processor time per push with both
// databases.
import { openBatchRunner } from './batch-runner.ts'
import { openAnswers, type RunnerNeeds } from './pending-push.ts'
import type { Push, PushAnswer } from './decide/push.ts'
import { openSingleRunner } from './single-runner.ts'

export type Batches = {
  /**
   * How long the oldest push has been pending. Pushes that run alone do not count, since nobody
   * waits behind them.
   */
  oldestMs: () => number
  take: (push: Push) => Promise<PushAnswer | null>
  /**
   * Tells that the passive answer with this id has been fully written to WeChat, so that it is
   * marked as sent.
   */
  answerWritten: (id: string) => void
  idle: () => Promise<void>
}

export function openBatches(needs: RunnerNeeds): Batches {
  const promised = openAnswers(needs)
  const singles = openSingleRunner(needs)
  const runner = openBatchRunner(needs, singles)
  return {
    oldestMs: runner.oldestMs,
    take: (push) =>
      promised(push, (pending) => {
        // if an earlier push of this customer is running alone, this one waits behind it
        if (!singles.follows(pending)) runner.take(pending)
      }),
    answerWritten: runner.answerWritten,
    idle: async () => {
      await runner.idle()
      await singles.idle()
    },
  }
}
