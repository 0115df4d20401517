// Runs batches of pushes. The next batch starts while the previous one is still being written to
// disk. If a batch fails, its pushes run again one by one; so does a push whose rows are locked by
// somebody else.
import { setTimeout as sleep } from 'node:timers/promises'
import { inBackground } from '../../in-background.ts'
import { dropLate, type PendingPush, type RunnerNeeds } from './pending-push.ts'
import { receive } from './receive.ts'
import type { SingleRunner } from './single-runner.ts'

// the most pushes in one batch; with 64 there would be twice as many commits, and a sixth fewer
// pushes per second
const most = 128
const settleMs = 50
const shareOfWait = 1 / 8

export function openBatchRunner(needs: RunnerNeeds, singles: SingleRunner) {
  const pending: PendingPush[] = []
  const answers = openWrittenAnswers(needs)
  /**
   * Batches that are committed but not on disk yet, or still running, each with the arrival time of
   * its oldest push.
   */
  const ending = new Map<Promise<void>, number | undefined>()
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  const drain = async (): Promise<void> => {
    let last: Last = { size: 0, ms: 0 }
    do {
      await gather(pending, last)
      // a push is taken out of the batch if an earlier push of the same customer runs alone by now:
      // it must wait behind that one
      const batch = dropLate(needs, pending.splice(0, most)).filter(
        (push) => !singles.follows(push),
      )
      const written = answers.take()
      if (batch.length + written.length > 0) {
        last = await timed(batch.length, committed(batch, written))
      }
    } while (pending.length > 0)
    running = null
  }
  /**
   * Runs a batch; the promise resolves when it is committed. It never rejects: if the batch fails,
   * its pushes are run one by one.
   */
  const committed = (batch: PendingPush[], written: string[]) =>
    new Promise<void>((resolve) => {
      const end = runBatch({ needs, singles }, { batch, written, committed: resolve }).finally(
        resolve,
      )
      ending.set(end, batch[0]?.since)
      inBackground(
        needs.log,
        'the end of a batch',
        end.finally(() => ending.delete(end)),
      )
    })
  const settleAlone = () => {
    timer = undefined
    if (!running && answers.any()) running = answers.settle().then(next)
  }
  const next = () => {
    running = pending.length > 0 ? drain() : null
    if (answers.any()) timer ??= setTimeout(settleAlone, settleMs)
  }

  return {
    oldestMs: () => {
      const now = needs.clock.mono()
      const all = [...ending.values(), pending[0]?.since]
      return now - Math.min(...all.map((since = now) => since))
    },
    take: (push: PendingPush) => {
      pending.push(push)
      running ??= drain()
    },
    answerWritten: (id: string) => {
      answers.add(id)
      timer ??= setTimeout(settleAlone, settleMs)
    },
    idle: async () => {
      while (running) await running
      await Promise.all(ending.keys())
      clearTimeout(timer)
      while (answers.any()) await answers.settle()
    },
  }
}

/**
 * Collects passive answers that have been fully written to WeChat. They are marked as sent together
 * with the next batch, or on their own if no batch comes.
 */
function openWrittenAnswers(needs: RunnerNeeds) {
  let ids: string[] = []
  const take = () => {
    const some = ids.slice(0, most)
    ids = ids.slice(most)
    return some
  }
  return {
    any: () => ids.length > 0,
    add: (id: string) => {
      ids.push(id)
    },
    take,
    settle: () =>
      receive(needs, [], { written: take() }).then(
        () => undefined,
        (error: unknown) => {
          needs.log.warn(
            { error: String(error) },
            'passive answers could not be settled; their lease will',
          )
        },
      ),
  }
}

type Last = { size: number; ms: number }

async function timed(size: number, committed: Promise<void>): Promise<Last> {
  const began = performance.now()
  await committed
  return { size, ms: performance.now() - began }
}

/**
 * Waits a moment so that more pushes can join the batch: for as long as each turn of the event loop
 * brings new ones. Under load, customers who were just answered push again at once, so a small
 * fraction of the last batch's time is spent waiting for them; one batch of all of them costs less
 * than two.
 */
async function gather(pending: PendingPush[], last: Last): Promise<void> {
  const until = performance.now() + last.ms * shareOfWait
  const expected = Math.min(most, pending.length + last.size)
  let before: number
  do {
    before = pending.length
    await new Promise((resolve) => setImmediate(resolve))
  } while (pending.length > before && pending.length < most)
  while (pending.length < expected && performance.now() + 1 <= until) await sleep(1)
}

type RunningBatch = { batch: PendingPush[]; written: string[]; committed: () => void }

async function runBatch(
  { needs, singles }: { needs: RunnerNeeds; singles: SingleRunner },
  { batch, written, committed }: RunningBatch,
): Promise<void> {
  try {
    const answers = await receive(
      needs,
      batch.map(({ push }) => push),
      { written, committed },
    )
    batch.forEach((pending, at) => {
      const answer = answers[at] ?? null
      if (answer === 'busy') singles.run(pending)
      else pending.resolve(answer)
    })
  } catch (error) {
    needs.log.warn({ error: String(error), size: batch.length }, 'a batch was dissolved')
    if (written.length > 0) await receive(needs, [], { written }).catch(() => undefined)
    for (const pending of batch) {
      // the pushes of a failed batch run again one by one. If the batch was a single push it would
      // fail again, so its caller gets the error, unless the database refused the push itself: that
      // is handled where pushes run alone
      if (batch.length === 1 && !needs.store.refuses(error)) pending.reject(error)
      else singles.run(pending)
    }
  }
}
