import { Worker } from 'node:worker_threads'
import type { Measured } from '../../../rules/auto-reply/pattern.ts'
import { AppError } from '../../errors.ts'
import type { PatternMeasure } from '../../ports.ts'

type MeasuredAnswer = { n: number; measured: Measured[] }
type MeasureCall = { resolve: (measured: Measured[]) => void; reject: (error: Error) => void }

/**
 * The longest that somebody waits for the measure of their patterns, including the time for
 * patterns that came before.
 */
const takesAtMostMs = 20_000
const tooLong = () =>
  new AppError(
    'overloaded',
    'The patterns take too long to be looked at: try again later, or save fewer at once.',
  )

/**
 * Opens the measuring of patterns. It uses one thread, which is started when the first pattern
 * comes.
 */
export function openMeasure(): PatternMeasure {
  const calls = new Map<number, MeasureCall>()
  let worker: Worker | null = null
  let count = 0

  const giveUp = () => {
    const ending = worker
    worker = null
    ending?.terminate().catch(() => undefined)
    for (const { reject } of calls.values()) reject(tooLong())
    calls.clear()
  }
  const start = (): Worker => {
    // the path names the compiled file (`.js`), because a worker thread is started by its path and
    // not by an import
    const started = new Worker(new URL('./measure-thread.js', import.meta.url))
    started.unref()
    started.on('message', ({ n, measured }: MeasuredAnswer) => {
      calls.get(n)?.resolve(measured)
      calls.delete(n)
    })
    started.on('error', () => {
      if (worker === started) giveUp()
    })
    return started
  }

  return {
    of: async (patterns) => {
      if (patterns.length === 0) return []
      const n = (count += 1)
      const timer = setTimeout(giveUp, takesAtMostMs)
      try {
        return await new Promise<Measured[]>((resolve, reject) => {
          calls.set(n, { resolve, reject })
          worker ??= start()
          worker.postMessage({ n, patterns })
        })
      } finally {
        clearTimeout(timer)
      }
    },
    close: async () => {
      const ending = worker
      worker = null
      await ending?.terminate()
    },
  }
}
