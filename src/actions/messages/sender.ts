// Wakes on the bell `outbox` and by the clock; sends until nothing is ready.
import { deliverReady, type DeliverNeeds } from './deliver.ts'

const lookEveryMs = 1000

export function openSender(needs: DeliverNeeds) {
  let again = false
  let running: Promise<void> | null = null
  let stopped = false

  const run = async (): Promise<void> => {
    do {
      again = false
      while (!stopped && await deliverReady(needs) > 0) again = true
    } while (again && !stopped)
  }
  const wake = () => {
    if (stopped) return
    again = true
    running ??= run()
      .catch((error: unknown) => { needs.log.error({ error: String(error) }, 'the sender stumbled; it goes on with the next bell') })
      .finally(() => { running = null })
  }
  const forget = needs.bus.subscribe('outbox', wake)
  // rows that wait for their next try have no bell
  const timer = setInterval(wake, lookEveryMs)

  return {
    close: async () => {
      stopped = true
      forget()
      clearInterval(timer)
      await running
    },
  }
}
