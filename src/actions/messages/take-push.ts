// What one push does to its follower: a session to open or use, the line, the answer. In memory; written with its batch.
import type { MessageRow, SessionRow } from '../../../entities/index.ts'
import { widenWindow } from '../../../rules/reply-window.ts'
import { active, group } from '../../../rules/session.ts'
import type { KnownCustomer } from '../../ports.ts'
import { lineEvents } from '../events.ts'
import { followerKey, type Day, type Follower } from './day.ts'
import { addLine, newMessage, newOutbox } from './lines.ts'
import { keepRank, openSession } from './open-session.ts'
import { spokenTo, type Spoken } from './spoken.ts'
import type { PushAnswer, Taken } from './push.ts'

export function takePush(day: Day, taken: Taken): PushAnswer | null {
  const follower = day.followers.get(followerKey(taken.push))
  if (!follower) throw new Error('a push without its follower')
  follower.customer.update_time = day.at
  const answer = takeDeed(day, taken, follower)
  keepRank(day, taken.push, follower)
  return answer
}

function takeDeed(day: Day, taken: Taken, follower: Follower): PushAnswer | null {
  const { push } = taken
  const { customer } = follower
  if (push.deed.kind === 'text' || push.deed.kind === 'line') return takeLine(day, taken, follower)
  if (push.deed.kind === 'follow') return takeFollow(day, taken, customer)
  if (push.deed.kind === 'unfollow') Object.assign(customer, { subscribe: 0, canel_time: day.at, window_end: day.at, budget_left: 0 })
  return null
}

function takeLine(day: Day, taken: Taken, follower: Follower): PushAnswer | null {
  const { push, ids } = taken
  const { customer } = follower
  Object.assign(customer, widenWindow(customer, 'message', day.at), { last_time: day.at, active_at: day.at })
  const isNew = follower.session === null
  const session = follower.session ??= openSession(day, taken, customer)
  const lastHeard = session.receive_message_time
  if (!day.opened.includes(session)) day.changed.add(session)

  const said = push.deed.kind === 'text' ? { text: push.deed.text } : { message_type: 0, type: 'other', extra: JSON.stringify({ xml: push.xml }) }
  hear(day, session, addLine(customer, session, { message_id: ids(), opercode: 2, add_time: day.at, ...said }))

  const talking = session.state === active || session.state === group
  const silent = push.deed.kind !== 'text' || (talking && !push.company.settings.rulesInConversation)
  const rule = silent || push.deed.kind !== 'text' ? null : push.company.matcher.text(push.account.account_id, push.deed.text)
  const spoken = spokenTo(day, push, { session, rule, isNew, lastHeard })
  return spoken && answerInSession(day, taken, { customer, session, spoken })
}

function answerInSession(day: Day, { id }: Taken, { customer, session, spoken }: { customer: KnownCustomer, session: SessionRow, spoken: Spoken }): PushAnswer {
  const reply = addLine(customer, session, {
    message_id: id, opercode: 6, text: spoken.text, sender: spoken.sender, client_key: id, delivery: 'sending', add_time: day.at,
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
