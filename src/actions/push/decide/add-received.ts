import type { MessageRow } from '../../../../entities/index.ts'
import { addLine, type Line } from '../../lines/new-rows.ts'
import { lineEvents } from '../../streams/write.ts'
import type { Effects } from './effects.ts'
import type { BatchSession, Facts } from './facts.ts'

/** Adds a line from the customer to the session, and tells everybody who reads it. */
export function addReceived(
  { at }: Facts,
  { customer, messages, events }: Effects,
  { session, line }: { session: BatchSession; line: Line },
): MessageRow {
  const message = addLine(customer, session.row, line)
  session.hasNewLines = true
  messages.push(message)
  events.push(...lineEvents('message.received', session.row, { line: message, at }))
  return message
}
