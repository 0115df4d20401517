// What one push does to its follower: a session to open or use, the line, the answer. In memory; written with its batch.
import type { MessageRow, SessionRow } from '../../../entities/index.ts'
import type { Rule } from '../../../rules/keyword.ts'
import { widenWindow } from '../../../rules/reply-window.ts'
import { commonLane, routeNewSession } from '../../../rules/routing.ts'
import { active, group } from '../../../rules/session.ts'
import type { Ids } from '../../ids.ts'
import type { KnownCustomer } from '../../ports.ts'
import { lineEvents } from '../events.ts'
import { stepEvents, takeStep } from '../sessions/step.ts'
import { followerKey, type Day, type Follower } from './day.ts'
import { addLine, newMessage, newOutbox, newSession } from './lines.ts'
import type { Push, PushAnswer } from './push.ts'

export type Taken = { push: Push, id: string, ids: Ids }

export function takePush(day: Day, taken: Taken): PushAnswer | null {
  const { push } = taken
  const follower = day.followers.get(followerKey(push))
  if (!follower) throw new Error('a push without its follower')
  const { customer } = follower
  customer.update_time = day.at

  if (push.deed.kind === 'text' || push.deed.kind === 'line') return takeLine(day, taken, follower)
  if (push.deed.kind === 'follow') return takeFollow(day, taken, customer)
  if (push.deed.kind === 'unfollow') Object.assign(customer, { subscribe: 0, canel_time: day.at, window_end: day.at, budget_left: 0 })
  return null
}

function takeLine(day: Day, taken: Taken, follower: Follower): PushAnswer | null {
  const { push, ids } = taken
  const { customer } = follower
  Object.assign(customer, widenWindow(customer, 'message', day.at), { last_time: day.at, active_at: day.at })
  const session = follower.session ??= openSession(day, taken, customer)
  if (!day.opened.includes(session)) day.changed.add(session)

  const said = push.deed.kind === 'text' ? { text: push.deed.text } : { message_type: 0, type: 'other', extra: JSON.stringify({ xml: push.xml }) }
  hear(day, session, addLine(customer, session, { message_id: ids(), opercode: 2, add_time: day.at, ...said }))

  const talking = session.state === active || session.state === group
  const silent = push.deed.kind !== 'text' || (talking && !push.company.settings.rulesInConversation)
  const rule = silent || push.deed.kind !== 'text' ? null : push.company.matcher.text(push.account.account_id, push.deed.text)
  return rule && answerInSession(day, taken, { customer, session, rule })
}

function answerInSession(day: Day, { id }: Taken, { customer, session, rule }: { customer: KnownCustomer, session: SessionRow, rule: Rule }): PushAnswer {
  const reply = addLine(customer, session, {
    message_id: id, opercode: 6, text: rule.text, sender: `r:${rule.id}`, client_key: id, delivery: 'sending', add_time: day.at,
  })
  return send(day, customer, reply)
}

function takeFollow(day: Day, { push, id }: Taken, customer: KnownCustomer): PushAnswer | null {
  Object.assign(customer, widenWindow(customer, 'follow', day.at), { subscribe: 1, subscribe_time: day.at })
  const rule = push.company.matcher.subscribe(push.account.account_id)
  return rule && send(day, customer, newMessage(customer, {
    message_id: id, opercode: 6, text: rule.text, sender: `r:${rule.id}`, client_key: id, delivery: 'sending', add_time: day.at,
  }))
}

function send(day: Day, customer: KnownCustomer, reply: MessageRow): PushAnswer {
  day.messages.push(reply)
  day.outbox.push(newOutbox(customer, reply, { way: 'passive', at: day.at }))
  return { id: reply.message_id, text: reply.text ?? '', at: day.at }
}

function hear(day: Day, session: SessionRow, line: MessageRow): void {
  day.messages.push(line)
  day.events.push(...lineEvents('message.received', session, { line, at: day.at }))
}

function openSession(day: Day, { push, ids }: Taken, customer: KnownCustomer): SessionRow {
  const session = newSession(customer, { id: ids(), at: day.at })
  day.opened.push(session)
  const exclusive = day.agents.get(customer.customer_service_uid) ?? null
  const place = routeNewSession(exclusive, commonLane(push.account))
  const by = { who: 'customer' as const, actor: `c:${customer.wx_user_id}`, reason: place.reason, at: day.at, ...(exclusive && { candidates: [exclusive] }) }
  const moved = place.state === 0
    ? takeStep(session, { event: 'arriveNamed', owner: { uid: place.uid, customerServiceId: null }, ...by })
    : takeStep(session, { event: 'arrive', place: { lane: place.lane }, ...by })
  if (place.state === 0) {
    day.raised.push(place.uid)
    if (exclusive) exclusive.load += 1
  }
  day.ledger.push(moved.ledger)
  day.events.push(...stepEvents(place.state === 0 ? 'session.assigned' : 'session.queued', moved))
  return session
}
