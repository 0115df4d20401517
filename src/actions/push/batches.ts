// Group commit: pushes that arrive together share one transaction, and a follower keeps his order. One batch at a time in a process:
// more of them are smaller, wait for each other's locks, and on both stores took more of the processor for each push.
import { openAlone } from './alone.ts'
import { openLane } from './lane.ts'
import type { Push, PushAnswer } from './push.ts'
import type { LaneNeeds } from './waiting.ts'

export type Batches = {
  /** For how long the oldest push has been waiting to be stored; those that wait alone make nobody else wait. */
  oldestMs: () => number
  take: (push: Push) => Promise<PushAnswer | null>
  /** The passive answer has been fully written to the platform. */
  written: (id: string) => void
  idle: () => Promise<void>
}

export function openBatches(needs: LaneNeeds): Batches {
  const alone = openAlone(needs)
  const lane = openLane(needs, alone)
  return {
    oldestMs: lane.oldestMs,
    take: (push) =>
      new Promise((resolve, reject) => {
        const one = { push, since: needs.clock.mono(), resolve, reject }
        // who has a push that runs alone stays behind it
        if (!alone.follows(one)) lane.take(one)
      }),
    written: lane.written,
    idle: async () => {
      await lane.idle()
      await alone.idle()
    },
  }
}
