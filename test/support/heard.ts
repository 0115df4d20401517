import type { EventBus } from '../../src/ports.ts'
import { inTime } from './pauses.ts'

/** The product promises that a change is known everywhere by then. */
const withinMs = 1000
/** Houses share one Redis, and no database. */
const topics = (databaseUrl: string) => ({
  there: `heard ${databaseUrl}`,
  back: `heard back ${databaseUrl}`,
})

/** In the other process. */
export function answerHeard(bus: EventBus, databaseUrl: string): void {
  const { there, back } = topics(databaseUrl)
  bus.subscribe(there, (n) => {
    if (n) bus.publish(back, n)
  })
}

/**
 * Resolves when both processes have heard what was changed before: a ring goes to the other and comes back, each way behind all
 * rings before it. Without it a test would ask whether the news or its follower is faster.
 */
export function openHeard(bus: EventBus, databaseUrl: string): () => Promise<void> {
  const { there, back } = topics(databaseUrl)
  const waiting = new Map<string, () => void>()
  let rung = 0
  bus.subscribe(back, (n) => {
    waiting.get(n)?.()
  })
  return async () => {
    const n = String((rung += 1))
    const back = new Promise<void>((resolve) => {
      waiting.set(n, resolve)
    })
    bus.publish(there, n)
    await inTime(back, withinMs).catch(() => {
      console.log(`the other process has not answered within ${withinMs} ms`)
    })
    waiting.delete(n)
  }
}
