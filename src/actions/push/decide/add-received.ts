import type { MessageRow } from '../../../../entities/index.ts'
import type { Line } from '../../lines/new-rows.ts'
import { lineEvents } from '../../streams/write.ts'
import { addToSession, type Effects } from './effects.ts'
import type { BatchSession, Facts } from './facts.ts'

/** Adds a line from the customer to the session, and tells everybody who reads it. */
export function addReceived(
  { at }: Facts,
  effects: Effects,
  { session, line }: { session: BatchSession; line: Line },
): MessageRow {
  const message = addToSession(effects, session, line)
  effects.events.push(...lineEvents('message.received', session.row, { line: message, at }))
  return message
}
