// A worker that starts when it is notified on the event bus or its timer fires, and works until
// nothing is left.
import type { Needs } from '../ports.ts'

const lookEveryMs = 1000

export type Worker = { wake: () => void; close: () => Promise<void> }

export function openWorker(
  needs: Needs<'bus' | 'log'>,
  { bell, work }: { bell: string; work: () => Promise<number> },
): Worker {
  let again = false
  let running: Promise<void> | null = null
  let stopped = false

  const run = async (): Promise<void> => {
    do {
      again = false
      while (!stopped && (await work()) > 0) again = true
    } while (again && !stopped)
  }
  const wake = () => {
    if (stopped) return
    again = true
    running ??= run()
      .catch((error: unknown) => {
        needs.log.error(
          { bell, error: String(error) },
          'a worker stumbled; it goes on with the next bell',
        )
      })
      .finally(() => {
        running = null
      })
  }
  const forget = needs.bus.subscribe(bell, wake)
  // a timer wakes the worker too, because nobody notifies it when the time for a row's next attempt
  // has come
  const timer = setInterval(wake, lookEveryMs)

  return {
    wake,
    close: async () => {
      stopped = true
      forget()
      clearInterval(timer)
      await running
    },
  }
}
