// What is said in answer to a push, and who hears a line.
import type { MediaFetchRow, MessageRow, SessionRow } from '../../../entities/index.ts'
import type { Rule } from '../../../rules/keyword.ts'
import type { Ids } from '../../ids.ts'
import type { KnownCustomer, Part } from '../../ports.ts'
import { lineEvents } from '../events.ts'
import type { Day, Follower } from './day.ts'
import { addLine, newMessage, newOutbox, type Line } from './lines.ts'
import type { Push, PushAnswer } from './push.ts'

export type Taken = { push: Push, id: string, ids: Ids }
type ByRule = { follower: Follower, rule: Pick<Rule, 'id' | 'text'> }

/** In the session where there is one; else the answer stands in the customer's history. */
export function answerByRule(day: Day, taken: Taken, { follower: { customer, session }, rule }: ByRule): PushAnswer {
  const line: Line = {
    message_id: taken.id, opercode: 6, text: rule.text, sender: `r:${rule.id}`, client_key: taken.id, delivery: 'sending', add_time: day.at,
  }
  if (session && !day.opened.includes(session)) day.changed.add(session)
  return send(day, customer, session ? addLine(customer, session, line) : newMessage(customer, line))
}

export function send(day: Day, customer: KnownCustomer, reply: MessageRow): PushAnswer {
  day.messages.push(reply)
  day.outbox.push(newOutbox(customer, reply, { way: 'passive', at: day.at }))
  return { id: reply.message_id, text: reply.text ?? '', at: day.at }
}

export function hear(day: Day, session: SessionRow, line: MessageRow): void {
  day.messages.push(line)
  day.events.push(...lineEvents('message.received', session, { line, at: day.at }))
}

const keptByPlatformMs = 3 * 24 * 3600_000

export const toFetch = (line: MessageRow, parts: Part[], at: number): MediaFetchRow[] => parts.map(({ part, mediaId }) => ({
  message_id: line.message_id, part, company_id: line.company_id, account_id: line.account_id, media_id: mediaId, state: 'pending', attempts: 0,
  retry_at: at, dies_at: at + keptByPlatformMs, reason: null,
}))
