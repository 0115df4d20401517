// What is said in answer to a push, and who hears a line.
import type { MessageRow, SessionRow } from '../../../entities/index.ts'
import type { Ids } from '../../ids.ts'
import type { KnownCustomer } from '../../ports.ts'
import { lineEvents } from '../events.ts'
import type { Day } from './day.ts'
import { newOutbox } from './lines.ts'
import type { Push, PushAnswer } from './push.ts'

export type Taken = { push: Push, id: string, ids: Ids }

export function send(day: Day, customer: KnownCustomer, reply: MessageRow): PushAnswer {
  day.messages.push(reply)
  day.outbox.push(newOutbox(customer, reply, { way: 'passive', at: day.at }))
  return { id: reply.message_id, text: reply.text ?? '', at: day.at }
}

export function hear(day: Day, session: SessionRow, line: MessageRow): void {
  day.messages.push(line)
  day.events.push(...lineEvents('message.received', session, { line, at: day.at }))
}
