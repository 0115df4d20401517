// Runs pushes alone, because their batch failed or somebody else has locked their rows. Pushes of
// one customer run in order, those of different customers in parallel, so one bad or blocked push
// delays nobody else. Only a few run at a time, because each may hold a database connection while
// it waits, and the batches need connections too.
import { AppError } from '../../errors.ts'
import { inBackground } from '../../in-background.ts'
import { deadlineMs, dropLate, type PendingPush, type RunnerNeeds } from './pending-push.ts'
import { customerOf } from './decide/push.ts'
import { receive } from './receive.ts'
import { takeRefused } from './take-refused.ts'

export type SingleRunner = {
  run: (pending: PendingPush) => void
  /**
   * Takes the push if an earlier push of the same customer is still running alone, and runs it
   * after that one. Returns whether it took the push.
   */
  follows: (pending: PendingPush) => boolean
  idle: () => Promise<void>
}

const most = { atOnce: 5, ofCustomer: 128, ofAll: 256 }

const tooMany = () =>
  new AppError('overloaded', 'Too many pushes wait for rows that somebody holds.')

export function openSingleRunner(needs: RunnerNeeds): SingleRunner {
  const pushesOf = new Map<string, PendingPush[]>()
  /** Customers in the order in which their pushes will run. */
  const turns: string[] = []
  const running = new Set<Promise<void>>()
  let all = 0

  const runNext = async (key: string): Promise<void> => {
    const own = pushesOf.get(key) ?? []
    for (const pending of dropLate(needs, own.slice(0, 1))) await runAlone(needs, pending)
    own.shift()
    all -= 1
    if (own.length > 0) turns.push(key)
    else pushesOf.delete(key)
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
  const enter = (own: PendingPush[], pending: PendingPush) => {
    if (own.length >= most.ofCustomer || all >= most.ofAll) {
      pending.reject(tooMany())
      return
    }
    own.push(pending)
    all += 1
  }
  const follows = (pending: PendingPush): boolean => {
    const own = pushesOf.get(customerOf(pending.push))
    if (own) enter(own, pending)
    return own !== undefined
  }
  return {
    follows,
    run: (pending) => {
      if (follows(pending)) return
      const key = customerOf(pending.push)
      const own: PendingPush[] = []
      enter(own, pending)
      if (own.length === 0) return
      pushesOf.set(key, own)
      turns.push(key)
      start()
    },
    idle: async () => {
      while (running.size > 0) await Promise.all(running)
    },
  }
}

async function runAlone(
  needs: RunnerNeeds,
  { push, since, resolve, reject }: PendingPush,
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
