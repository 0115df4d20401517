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

/** `process.exit` waits for every thread: one that a dead disk holds would keep the process for ever. */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL')
}

/** In order, unless something asked of a disk has no answer yet: closing did not need it, and nobody may wait for it. */
function leave(code: number): void {
  const isHeld = process.getActiveResourcesInfo().some((what) => what.startsWith('FSReq'))
  if (isHeld) endAtOnce()
  process.exit(code)
}

/** A first signal ends in order, a second one or 15 s end at once. */
export function hearSignals(log: Log): Signals {
  const ending = new AbortController()
  let close: (() => Promise<void>) | null = null
  let code = 0
  const closeAndExit = (how: () => Promise<void>) =>
    how().then(
      () => {
        leave(code)
      },
      (error: unknown) => {
        log.error({ error: String(error) }, 'closing failed')
        leave(1)
      },
    )
  const end = () => {
    ending.abort()
    setTimeout(() => {
      log.error({}, 'closing has not ended in time: this process ends at once')
      endAtOnce()
    }, hardMs).unref()
    if (close) closeAndExit(close).catch(endAtOnce)
  }
  const stop = (signal: string) => {
    if (ending.signal.aborted) endAtOnce()
    log.info({ signal }, 'closing')
    end()
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  // a programming error leaves memory in doubt; the database is the truth, so begin anew
  process.on('uncaughtException', (error) => {
    log.error({ error: String(error), stack: error.stack }, 'uncaught')
    leave(1)
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
