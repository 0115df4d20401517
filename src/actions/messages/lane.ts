// One lane: a batch at a time. A batch that fails is dissolved and each push runs alone; so does one whose rows somebody else holds.
import type { Alone } from './alone.ts'
import { receive } from './receive.ts'
import { inTime, type LaneNeeds, type Waiting } from './waiting.ts'

const most = 64
const settleMs = 50

export function openLane(needs: LaneNeeds, alone: Alone) {
  const waiting: Waiting[] = []
  let written: string[] = []
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | undefined
  let since: number | undefined

  const drain = async (): Promise<void> => {
    do {
      await gather(waiting)
      // who has a push that runs alone by now stays behind it
      const batch = inTime(needs, waiting.splice(0, most)).filter((one) => !alone.follows(one))
      since = batch[0]?.since
      const ids = takeWritten()
      if (batch.length + ids.length > 0) await runBatch({ needs, alone }, batch, ids)
      since = undefined
    } while (waiting.length > 0)
    running = null
  }
  const takeWritten = () => {
    const ids = written.slice(0, most)
    written = written.slice(most)
    return ids
  }
  const settle = () => receive(needs, [], { written: takeWritten() }).then(() => undefined, (error: unknown) => {
    needs.log.warn({ error: String(error) }, 'passive answers could not be settled; their lease will')
  })
  const settleAlone = () => {
    timer = undefined
    if (!running && written.length > 0) running = settle().then(next)
  }
  const next = () => {
    running = waiting.length > 0 ? drain() : null
    if (written.length > 0) timer ??= setTimeout(settleAlone, settleMs)
  }

  return {
    oldestMs: () => needs.clock.mono() - (since ?? waiting[0]?.since ?? needs.clock.mono()),
    take: (one: Waiting) => {
      waiting.push(one)
      running ??= drain()
    },
    written: (id: string) => {
      written.push(id)
      timer ??= setTimeout(settleAlone, settleMs)
    },
    idle: async () => {
      while (running) await running
      clearTimeout(timer)
      while (written.length > 0) await settle()
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

async function runBatch({ needs, alone }: { needs: LaneNeeds, alone: Alone }, batch: Waiting[], written: string[]): Promise<void> {
  try {
    const answers = await receive(needs, batch.map(({ push }) => push), { written })
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
