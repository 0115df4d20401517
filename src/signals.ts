import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Log } from './log.ts'

const hardMs = 15_000

export type Signals = {
  /** Aborted by the first signal, so that a start that is still running can end early. */
  ending: AbortSignal
  /**
   * Registers how to close what has started. A signal calls it; if a signal came already, it is
   * called at once and the promise never resolves.
   */
  started: (close: () => Promise<void>) => Promise<void>
  /** Shuts the process down as a signal does, but with exit code 1. */
  fail: (why: string) => void
}

/**
 * Ends the process by killing it. `process.exit` would wait for all threads, and a thread that
 * hangs on a dead disk would keep the process forever.
 */
function endAtOnce(): void {
  process.kill(process.pid, 'SIGKILL')
}

/**
 * Ends the process when everything is closed: normally, or by killing it if a disk operation is
 * still unanswered. Closing did not need that operation, so nobody should wait for it.
 */
function leave(code: number): void {
  const isHeld = process.getActiveResourcesInfo().some((what) => what.startsWith('FSReq'))
  if (isHeld) endAtOnce()
  process.exit(code)
}

/** The first signal shuts down in order; a second one, or 15 s, ends the process at once. */
export function hearSignals(log: Log): Signals {
  const ending = new AbortController()
  let close: (() => Promise<void>) | null = null
  let code = 0
  const closeAndExit = async (how: () => Promise<void>) => {
    try {
      await how()
    } catch (error) {
      log.error({ error: String(error) }, 'closing failed')
      code = 1
    }
    // closing a file comes last, and until its callback has returned it counts as unanswered
    await nextTurn()
    leave(code)
  }
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
  // after a programming error the state in memory cannot be trusted; since the database has
  // everything, the process restarts
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
