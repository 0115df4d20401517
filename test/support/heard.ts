import type { EventBus } from '../../src/ports.ts'
import { inTime } from './pauses.ts'

/**
 * How long to wait for the other process: the product promises that a change reaches every process
 * within this time unless the message about it is lost.
 */
const withinMs = 1000
/**
 * Products under test share one Redis but not the database, so the URL of the database tells them
 * apart.
 */
const topics = (databaseUrl: string) => ({
  there: `heard ${databaseUrl}`,
  back: `heard back ${databaseUrl}`,
})

/**
 * Answers in the second process: whatever arrives on one topic of the event bus is sent back on
 * another.
 */
export function answerHeard(bus: EventBus, databaseUrl: string): void {
  const { there, back } = topics(databaseUrl)
  bus.subscribe(there, (n) => {
    if (n) bus.publish(back, n)
  })
}

/**
 * Resolves when both processes know every earlier change: a message goes to the other process and
 * comes back, behind all messages before it. Otherwise a test could ask a process before the change
 * has reached it. If no message comes back in time, that is printed and the test goes on.
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
