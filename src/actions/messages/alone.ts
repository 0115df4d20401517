// Pushes that run alone, because their batch failed or somebody else holds their rows. Each follower's go one behind the other,
// different followers' beside each other: one poisonous or locked row delays nobody else.
import { inBackground } from '../../in-background.ts'
import { followerKey } from './day.ts'
import { receive } from './receive.ts'
import { refuse } from './refuse.ts'
import { deadlineMs, inTime, type LaneNeeds, type Waiting } from './waiting.ts'

export type Alone = {
  run: (one: Waiting) => void
  /** Whether it was taken, because one of its follower's is still running. */
  follows: (one: Waiting) => boolean
  oldestMs: () => number
  idle: () => Promise<void>
}

export function openAlone(needs: LaneNeeds): Alone {
  const rows = new Map<string, Waiting[]>()
  const running = new Set<Promise<void>>()

  const drain = async (key: string, row: Waiting[]): Promise<void> => {
    for (let one = row[0]; one; one = row[0]) {
      for (const still of inTime(needs, [one])) await runAlone(needs, still)
      row.shift()
    }
    rows.delete(key)
  }
  const follows = (one: Waiting): boolean => {
    const row = rows.get(followerKey(one.push))
    row?.push(one)
    return row !== undefined
  }
  return {
    follows,
    run: (one) => {
      if (follows(one)) return
      const key = followerKey(one.push)
      const row = [one]
      rows.set(key, row)
      const run = drain(key, row)
      running.add(run)
      inBackground(
        needs.log,
        'pushes that run alone',
        run.finally(() => running.delete(run)),
      )
    },
    oldestMs: () =>
      Math.max(
        0,
        ...[...rows.values()].map(([first]) => (first ? needs.clock.mono() - first.since : 0)),
      ),
    idle: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

async function runAlone(
  needs: LaneNeeds,
  { push, since, resolve, reject }: Waiting,
): Promise<void> {
  try {
    const [answer] = await receive(needs, [push], { alone: true, until: since + deadlineMs })
    if (answer === 'busy') throw new Error('a push that runs alone waits for its rows')
    resolve(answer ?? null)
  } catch (error) {
    if (!needs.store.refuses(error)) {
      reject(error)
      return
    }
    await refuse(needs, push).then(() => {
      resolve(null)
    }, reject)
  }
}
