// Pushes that run alone, because their batch failed or somebody else holds their rows. Each follower's go one behind the other,
// different followers' beside each other: one poisonous or locked row delays nobody else. Few at a time, because each may hold a
// connection while it waits, and the batches need theirs.
import { AppError } from '../../errors.ts'
import { inBackground } from '../../in-background.ts'
import { followerKey } from './day.ts'
import { receive } from './receive.ts'
import { takeRefused } from './refuse.ts'
import { deadlineMs, inTime, type LaneNeeds, type Waiting } from './waiting.ts'

export type Alone = {
  run: (one: Waiting) => void
  /** Whether it was taken, because one of its follower's is still running. */
  follows: (one: Waiting) => boolean
  idle: () => Promise<void>
}

const most = { atOnce: 5, ofFollower: 128, ofAll: 256 }

export function openAlone(needs: LaneNeeds): Alone {
  const rows = new Map<string, Waiting[]>()
  /** Followers whose turn comes. */
  const turns: string[] = []
  const running = new Set<Promise<void>>()
  let all = 0

  const runNext = async (key: string): Promise<void> => {
    const row = rows.get(key) ?? []
    for (const still of inTime(needs, row.slice(0, 1))) await runAlone(needs, still)
    row.shift()
    all -= 1
    if (row.length > 0) turns.push(key)
    else rows.delete(key)
  }
  const start = () => {
    while (running.size < most.atOnce) {
      const key = turns.shift()
      if (key === undefined) return
      const run = runNext(key)
      running.add(run)
      inBackground(
        needs.log,
        'pushes that run alone',
        run.finally(() => {
          running.delete(run)
          start()
        }),
      )
    }
  }
  const enter = (row: Waiting[], one: Waiting) => {
    if (row.length >= most.ofFollower || all >= most.ofAll) {
      one.reject(new AppError('overloaded', 'Too many pushes wait for rows that somebody holds.'))
      return
    }
    row.push(one)
    all += 1
  }
  const follows = (one: Waiting): boolean => {
    const row = rows.get(followerKey(one.push))
    if (row) enter(row, one)
    return row !== undefined
  }
  return {
    follows,
    run: (one) => {
      if (follows(one)) return
      const key = followerKey(one.push)
      const row: Waiting[] = []
      enter(row, one)
      if (row.length === 0) return
      rows.set(key, row)
      turns.push(key)
      start()
    },
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
    await takeRefused(needs, push).then(resolve, reject)
  }
}
