import type { Log } from './log.ts'

const hardMs = 15_000

export type Signals = {
  /** Aborted by the first signal: what is still starting may end early. */
  ending: AbortSignal
  /** What has started is closed by a signal; at once when it came before, and then nothing follows. */
  started: (close: () => Promise<void>) => Promise<void>
  /** Ends in order as a signal does, with exit code 1. */
  fail: (why: string) => void
}

/** A first signal ends in order, a second one or 15 s end at once. */
export function hearSignals(log: Log): Signals {
  const ending = new AbortController()
  let close: (() => Promise<void>) | null = null
  let code = 0
  const closeAndExit = (how: () => Promise<void>) =>
    how().then(
      () => process.exit(code),
      (error: unknown) => {
        log.error({ error: String(error) }, 'closing failed')
        process.exit(1)
      },
    )
  const end = () => {
    ending.abort()
    setTimeout(() => process.exit(1), hardMs).unref()
    if (close) {
      closeAndExit(close).catch(() => process.exit(1))
    }
  }
  const stop = (signal: string) => {
    if (ending.signal.aborted) process.exit(1)
    log.info({ signal }, 'closing')
    end()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // a programming error leaves memory in doubt; the database is the truth, so begin anew
  process.on('uncaughtException', (error) => {
    log.error({ error: String(error), stack: error.stack }, 'uncaught')
    process.exit(1)
  })
  return {
    ending: ending.signal,
    started: async (how) => {
      close = how
      if (ending.signal.aborted) await closeAndExit(how)
    },
    fail: (why) => {
      if (ending.signal.aborted) return
      code = 1
      log.error({}, why)
      end()
    },
  }
}
