import type { Log } from './log.ts'

/**
 * Runs work that nobody waits for. It catches errors, because an unhandled rejected promise would
 * end the process.
 */
export function inBackground(log: Log, what: string, work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    log.error({ what, error: String(error) }, 'what nobody waited for has failed')
  })
}
