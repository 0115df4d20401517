// Group commit: pushes that arrive together share one transaction. A follower is always in the same lane and keeps his order.
// A batch that fails is dissolved and each push runs alone: one that SQL refuses delays nobody else and is kept in its inbox row.
import type { Needs } from '../../ports.ts'
import { AppError } from '../../errors.ts'
import type { Push, PushAnswer } from './push.ts'
import { receive, type ReceiveNeeds } from './receive.ts'
import { refuse } from './refuse.ts'

const most = 64
const deadlineMs = 3000
const settleMs = 50

type Waiting = { push: Push, since: number, resolve: (answer: PushAnswer | null) => void, reject: (error: unknown) => void }

export type Batches = {
  /** For how long the oldest push has been waiting to be stored. */
  oldestMs: () => number
  take: (push: Push) => Promise<PushAnswer | null>
  /** The passive answer has been fully written to the platform. */
  written: (id: string) => void
  idle: () => Promise<void>
}

export function openBatches(needs: ReceiveNeeds & Needs<'log'>): Batches {
  const waiting: Waiting[] = []
  let written: string[] = []
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined

  const drain = async (): Promise<void> => {
    do {
      await gather(waiting)
      await runBatch(needs, inTime(needs, waiting.splice(0, most)), takeWritten())
    } while (waiting.length > 0)
    running = null
  }
  const takeWritten = () => {
    const ids = written.slice(0, most)
    written = written.slice(most)
    return ids
  }
  const settleAlone = () => {
    timer = undefined
    if (running) return
    const ids = takeWritten()
    if (ids.length > 0) running = receive(needs, [], ids).then(() => undefined, logged).then(next)
  }
  const next = () => {
    running = waiting.length > 0 ? drain() : null
    if (written.length > 0) timer ??= setTimeout(settleAlone, settleMs)
  }
  const logged = (error: unknown) => { needs.log.warn({ error: String(error) }, 'passive answers could not be settled; their lease will') }

  return {
    oldestMs: () => waiting[0] ? needs.clock.mono() - waiting[0].since : 0,
    take: (push) => new Promise((resolve, reject) => {
      waiting.push({ push, since: needs.clock.mono(), resolve, reject })
      running ??= drain()
    }),
    written: (id) => {
      written.push(id)
      timer ??= setTimeout(settleAlone, settleMs)
    },
    idle: async () => {
      while (running) await running
      clearTimeout(timer)
      while (written.length > 0) await receive(needs, [], takeWritten()).catch(logged)
    },
  }
}

/** What lies ready joins: as long as a turn of the event loop brings more, there is more to come. */
async function gather(waiting: Waiting[]): Promise<void> {
  let before: number
  do {
    before = waiting.length
    await new Promise((resolve) => setImmediate(resolve))
  } while (waiting.length > before && waiting.length < most)
}

/** WeChat gives up after 5 s: what can't be answered in time anyway makes room, and comes again. */
function inTime(needs: Needs<'clock'>, batch: Waiting[]): Waiting[] {
  const since = needs.clock.mono() - deadlineMs
  for (const late of batch.filter((one) => one.since < since)) late.reject(new AppError('store_away', 'The push could not be stored in time.'))
  return batch.filter((one) => one.since >= since)
}

async function runBatch(needs: ReceiveNeeds & Needs<'log'>, batch: Waiting[], written: string[]): Promise<void> {
  try {
    const answers = await receive(needs, batch.map(({ push }) => push), written)
    batch.forEach(({ resolve }, at) => { resolve(answers[at] ?? null) })
  } catch (error) {
    needs.log.warn({ error: String(error), size: batch.length }, 'a batch was dissolved')
    if (written.length > 0) await receive(needs, [], written).catch(() => undefined)
    for (const one of batch) for (const alone of inTime(needs, [one])) await runAlone(needs, alone)
  }
}

async function runAlone(needs: ReceiveNeeds & Needs<'log'>, { push, resolve, reject }: Waiting): Promise<void> {
  try {
    resolve((await receive(needs, [push]))[0] ?? null)
  } catch (error) {
    if (!needs.store.refuses(error)) { reject(error); return; }
    await refuse(needs, push).then(() => { resolve(null) }, reject)
  }
}
