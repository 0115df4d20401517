// Log levels: ERROR needs a person at once, WARN is something the product repaired by itself, INFO
// is one line per event. Logs contain no message text, no secret and no token.
import { pino } from 'pino'

export type Log = {
  error: (facts: object, text: string) => void
  warn: (facts: object, text: string) => void
  info: (facts: object, text: string) => void
  debug: (facts: object, text: string) => void
}

export function openLog(level: string): Log {
  // lines are written synchronously, because otherwise process.exit() can hang forever after the
  // reader of stdout has gone
  const destination = pino.destination({ dest: 1, sync: true })
  return pino({ level, base: null, serializers: { err: tellError } }, destination)
}

/**
 * Logs only a part of a database error, because the full error contains the statement with all its
 * values, including password hashes.
 */
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
