// Group commit: pushes that arrive together share one transaction. A follower is always in the same lane and keeps his order.
import { openAlone } from './alone.ts'
import { openLane } from './lane.ts'
import type { Push, PushAnswer } from './push.ts'
import type { LaneNeeds } from './waiting.ts'

export type Batches = {
  /** For how long the oldest push has been waiting to be stored. */
  oldestMs: () => number
  take: (push: Push) => Promise<PushAnswer | null>
  /** The passive answer has been fully written to the platform. */
  written: (id: string) => void
  idle: () => Promise<void>
}

export function openBatches(needs: LaneNeeds): Batches {
  const alone = openAlone(needs)
  const lanes = Array.from({ length: needs.store.lanes }, () => openLane(needs, alone))
  const laneOf = (text: string) => lanes[hash(text) % lanes.length] ?? openLane(needs, alone)
  return {
    oldestMs: () => Math.max(alone.oldestMs(), ...lanes.map((lane) => lane.oldestMs())),
    take: (push) => new Promise((resolve, reject) => {
      const one = { push, since: needs.clock.mono(), resolve, reject }
      // who has a push that runs alone stays behind it
      if (!alone.follows(one)) laneOf(push.openid).take(one)
    }),
    written: (id) => { laneOf(id).written(id) },
    idle: async () => {
      for (const lane of lanes) await lane.idle()
      await alone.idle()
    },
  }
}

function hash(text: string): number {
  let sum = 0
  for (let at = 0; at < text.length; at += 1) sum = (sum * 31 + text.charCodeAt(at)) >>> 0
  return sum
}
