// One lane: a batch at a time; the next one begins while the disk still keeps this one. A batch that fails is dissolved and each push
// runs alone; so does one whose rows somebody else holds.
import { setTimeout as sleep } from 'node:timers/promises'
import { inBackground } from '../../in-background.ts'
import type { Alone } from './alone.ts'
import { receive } from './receive.ts'
import { inTime, type LaneNeeds, type Waiting } from './waiting.ts'

// with 64, as many commits again, and a sixth fewer pushes a second
const most = 128
const settleMs = 50
const shareOfWait = 1 / 8

export function openLane(needs: LaneNeeds, alone: Alone) {
  const waiting: Waiting[] = []
  const written = openWritten(needs)
  /** Batches that are not on the disk yet, with the time of their oldest push. */
  const ending = new Map<Promise<void>, number | undefined>()
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  const drain = async (): Promise<void> => {
    let last: Last = { size: 0, ms: 0 }
    do {
      await gather(waiting, last)
      // who has a push that runs alone by now stays behind it
      const batch = inTime(needs, waiting.splice(0, most)).filter((one) => !alone.follows(one))
      const ids = written.take()
      if (batch.length + ids.length > 0) last = await timed(batch.length, committed(batch, ids))
    } while (waiting.length > 0)
    running = null
  }
  /** Or failed: then its pushes run alone by now. */
  const committed = (batch: Waiting[], ids: string[]) =>
    new Promise<void>((resolve) => {
      const end = runBatch({ needs, alone }, { batch, written: ids, committed: resolve }).finally(
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
    if (!running && written.any()) running = written.settle().then(next)
  }
  const next = () => {
    running = waiting.length > 0 ? drain() : null
    if (written.any()) timer ??= setTimeout(settleAlone, settleMs)
  }

  return {
    oldestMs: () => {
      const now = needs.clock.mono()
      const all = [...ending.values(), waiting[0]?.since]
      return now - Math.min(...all.map((since = now) => since))
    },
    take: (one: Waiting) => {
      waiting.push(one)
      running ??= drain()
    },
    written: (id: string) => {
      written.add(id)
      timer ??= setTimeout(settleAlone, settleMs)
    },
    idle: async () => {
      while (running) await running
      await Promise.all(ending.keys())
      clearTimeout(timer)
      while (written.any()) await written.settle()
    },
  }
}

/** Passive answers that the platform has been given: settled with the next batch, or alone when none comes. */
function openWritten(needs: LaneNeeds) {
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
 * What lies ready joins: as long as a turn of the event loop brings more, there is more to come. Under load those who were just
 * answered push again: they are waited for, a small part of what the last batch took, because one batch of all costs less than two.
 */
async function gather(waiting: Waiting[], last: Last): Promise<void> {
  const until = performance.now() + last.ms * shareOfWait
  const expected = Math.min(most, waiting.length + last.size)
  let before: number
  do {
    before = waiting.length
    await new Promise((resolve) => setImmediate(resolve))
  } while (waiting.length > before && waiting.length < most)
  while (waiting.length < expected && performance.now() + 1 <= until) await sleep(1)
}

type Batch = { batch: Waiting[]; written: string[]; committed: () => void }

async function runBatch(
  { needs, alone }: { needs: LaneNeeds; alone: Alone },
  { batch, written, committed }: Batch,
): Promise<void> {
  try {
    const answers = await receive(
      needs,
      batch.map(({ push }) => push),
      { written, committed },
    )
    batch.forEach((one, at) => {
      const answer = answers[at] ?? null
      if (answer === 'busy') alone.run(one)
      else one.resolve(answer)
    })
  } catch (error) {
    needs.log.warn({ error: String(error), size: batch.length }, 'a batch was dissolved')
    if (written.length > 0) await receive(needs, [], { written }).catch(() => undefined)
    for (const one of batch) {
      // what failed alone fails alone again, unless SQL refuses the push itself
      if (batch.length === 1 && !needs.store.refuses(error)) one.reject(error)
      else alone.run(one)
    }
  }
}
