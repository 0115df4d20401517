import type { Log } from './log.ts'

const hardMs = 15_000

/** A first signal ends in order, a second one or 15 s end at once. */
export function closeOnSignals(close: () => Promise<void>, log: Log): void {
  let closing = false
  const stop = (signal: string) => {
    if (closing) process.exit(1)
    closing = true
    log.info({ signal }, 'closing')
    setTimeout(() => process.exit(1), hardMs).unref()
    close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ error: String(error) }, 'closing failed')
        process.exit(1)
      },
    )
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // a programming error leaves memory in doubt; the database is the truth, so begin anew
  process.on('uncaughtException', (error) => {
    log.error({ error: String(error), stack: error.stack }, 'uncaught')
    process.exit(1)
  })
}
