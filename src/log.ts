// ERROR wakes someone, WARN healed itself, INFO is one line per domain event. No message text, no secret, no token.
import { pino } from 'pino'

export type Log = {
  error: (facts: object, text: string) => void
  warn: (facts: object, text: string) => void
  info: (facts: object, text: string) => void
  debug: (facts: object, text: string) => void
}

export function openLog(level: string): Log {
  // sync: the default destination can hang process.exit() for ever once stdout's reader has gone
  const destination = pino.destination({ dest: 1, sync: true })
  return pino({ level, base: null, serializers: { err: tellError } }, destination)
}

/** Never all of an error: what SQL refuses carries its statement and every value, hashes of passwords among them. */
export function tellError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { name, message, stack } = error
  return { name, message, stack, ...('code' in error && { code: error.code }) }
}

export const silentLog: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
}
