import { Worker } from 'node:worker_threads'
import type { SqlAnswer, AskSql } from './sql.ts'

type ThreadAnswer = { n: number; answer: SqlAnswer } | { n: number; error: string }
type SlowCall = { resolve: (answer: SqlAnswer) => void; reject: (error: Error) => void }

/** Sends slow statements to a thread, which is started when the first one arrives. */
export function openSlowReader(database: string): { ask: AskSql; close: () => Promise<void> } {
  const calls = new Map<number, SlowCall>()
  let worker: Worker | null = null
  let count = 0

  const failAll = (why: string) => {
    for (const { reject } of calls.values()) reject(new Error(`The reading thread ended: ${why}`))
    calls.clear()
    worker = null
  }
  const start = (): Worker => {
    // the path names the compiled file (`.js`), because a worker thread is started by its path and
    // not by an import
    const started = new Worker(new URL('./slow-reader-thread.js', import.meta.url), {
      workerData: { database },
    })
    started.unref()
    started.on('message', (told: ThreadAnswer) => {
      const one = calls.get(told.n)
      calls.delete(told.n)
      if ('answer' in told) one?.resolve(told.answer)
      else one?.reject(new Error(told.error))
    })
    started.on('error', (error) => {
      failAll(String(error))
    })
    started.on('exit', () => {
      if (calls.size > 0) failAll('exit')
    })
    return started
  }

  return {
    ask: (text, values) =>
      new Promise((resolve, reject) => {
        count += 1
        calls.set(count, { resolve, reject })
        worker ??= start()
        worker.postMessage({ n: count, text, values })
      }),
    close: async () => {
      const ending = worker
      worker = null
      if (!ending) return
      const ended = new Promise((resolve) => ending.once('exit', resolve))
      ending.postMessage('end')
      await ended
    },
  }
}
