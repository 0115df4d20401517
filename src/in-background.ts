import type { Log } from './log.ts'

/** For what nobody waits for. It has an end of its own: a promise that fails unheard would end the process. */
export function inBackground(log: Log, what: string, work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    log.error({ what, error: String(error) }, 'what nobody waited for has failed')
  })
}
