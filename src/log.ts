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
  return pino({ level, base: null }, pino.destination({ dest: 1, sync: true }))
}

export const silentLog: Log = {
  error: () => undefined,
  warn: () => undefined,
  info: () => undefined,
  debug: () => undefined,
}
