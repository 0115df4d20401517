// Works through rows of all accounts that wait for something to be done, such as replies to send.
// Each account may run as many at once as its share of the process allows. The worker never waits
// for the slowest row: each one that ends makes room for the next.
import type { Needs } from '../ports.ts'
import type { Shares } from './shares.ts'
import { openWorker, type Worker } from './worker.ts'

/**
 * How many accounts are examined at once. Those with the least work under way come first, so that
 * every account gets its turn.
 */
const accountsAtOnce = 64

export type Work<Row> = {
  bell: string
  /**
   * For each kind of work, how much of it an account may do at once. The kinds do not share their
   * limits, so a slow kind does not hold up another.
   */
  kinds: Record<string, Shares>
  pending: () => Promise<WorkGroup[]>
  /**
   * Returns the rows of one account and kind that may start now, in order and at most this many.
   */
  ready: (group: WorkGroup, limit: number) => Promise<Row[]>
  /**
   * Rows with the same key do not run at the same time. For replies it is the follower, so that
   * they arrive in order.
   */
  keyOf: (row: Row) => string
  /** Does the work of one row; false if another process has taken the row already. */
  run: (row: Row) => Promise<boolean>
}
export type WorkGroup = { accountId: string; kind: string }

export function openAccountWorker<Row>(needs: Needs<'bus' | 'log'>, work: Work<Row>): Worker {
  const running = new Map<string, Promise<void>>()

  const begin = (row: Row, group: WorkGroup, shares: Shares) => {
    const end = shares.begin(group.accountId)
    const run = work
      .run(row)
      .catch((error: unknown) => {
        needs.log.error({ bell: work.bell, error: String(error) }, 'a worker stumbled; it goes on')
        return false
      })
      .then((taken) => {
        running.delete(work.keyOf(row))
        end(taken)
        if (taken) worker.wake()
      })
    running.set(work.keyOf(row), run)
  }
  const look = async (): Promise<number> => {
    const asked = (await work.pending())
      .flatMap((group) => {
        const shares = work.kinds[group.kind]
        return shares ? [{ group, shares, has: shares.running(group.accountId) }] : []
      })
      .filter(({ group, shares }) => shares.room(group.accountId) > 0)
      .sort((a, b) => a.has - b.has)
      .slice(0, accountsAtOnce)
    const found = await Promise.all(
      asked.map(async (one) => {
        const limit = one.shares.room(one.group.accountId) + one.has
        const rows = await work.ready(one.group, limit)
        return rows
          .filter((row) => !running.has(work.keyOf(row)))
          .map((row, at) => ({ ...one, row, turn: one.has + at }))
      }),
    )
    for (const { row, group, shares } of found.flat().sort((a, b) => a.turn - b.turn)) {
      const isFree = !running.has(work.keyOf(row)) && shares.room(group.accountId) > 0
      if (isFree) begin(row, group, shares)
    }
    return 0
  }
  const worker = openWorker(needs, { bell: work.bell, work: look })

  return {
    wake: worker.wake,
    close: async () => {
      await worker.close()
      await Promise.all(running.values())
    },
  }
}
