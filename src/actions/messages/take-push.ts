// What one push does to its follower: a session to open or use, the line, the answer. In memory; written with its batch.
import type { SessionRow } from '../../../entities/index.ts'
import { standing, widenWindow } from '../../../rules/reply-window.ts'
import { active, group, isOwned } from '../../../rules/session.ts'
import type { Deed, KnownCustomer } from '../../ports.ts'
import { windowEvent } from '../events.ts'
import { answeredBy } from './asked.ts'
import { followerKey, type Day, type Follower } from './day.ts'
import { addLine } from './lines.ts'
import { openSession } from './open-session.ts'
import type { PushAnswer } from './push.ts'
import { answerByRule, hear, toFetch, type Taken } from './say.ts'
import { takeAnswer } from './take-answer.ts'
import { takeEvent } from './take-event.ts'
import { tap } from './tap.ts'

export function takePush(day: Day, taken: Taken): PushAnswer | null {
  const { deed } = taken.push
  if (deed.kind === 'notice') return null
  const follower = day.followers.get(followerKey(taken.push))
  if (!follower) throw new Error('a push without its follower')
  follower.customer.update_time = day.at
  const about = answeredBy(taken.push, day.asked, follower.customer.wx_user_id)
  if (about) return takeAnswer(day, taken, { customer: follower.customer, ...about })
  return deed.kind === 'event' ? takeEvent(day, taken, { ...deed, follower }) : takeLine(day, taken, { deed, follower })
}

function takeLine(day: Day, taken: Taken, { deed, follower }: { deed: Exclude<Deed, { kind: 'event' | 'notice' }>, follower: Follower }): PushAnswer | null {
  const { ids } = taken
  const { customer } = follower
  const before = customer.budget_left
  Object.assign(customer, { last_time: day.at, active_at: day.at })
  if (deed.tapped) tap(day, customer)
  else Object.assign(customer, widenWindow(customer, day.at))
  const session = follower.session ??= openSession(day, taken, { customer })
  if (!day.opened.includes(session)) day.changed.add(session)

  const said = deed.kind === 'line' ? deed.said : { text: deed.text }
  const line = addLine(customer, session, { message_id: ids(), opercode: 2, add_time: day.at, ...said })
  hear(day, session, line)
  if (customer.budget_left !== before) tellWindow(day, customer, session)
  if (deed.kind === 'text') return answer(day, taken, { follower, session, text: deed.text })
  day.fetches.push(...toFetch(line, deed.parts, day.at))
  return null
}

function answer(day: Day, taken: Taken, { follower, session, text }: { follower: Follower, session: SessionRow, text: string }): PushAnswer | null {
  const { company, account } = taken.push
  const talking = session.state === active || session.state === group
  if (talking && !company.settings.rulesInConversation) return null
  const rule = company.matcher.text(account.account_id, text)
  return rule && answerByRule(day, taken, { follower, rule })
}

/** Heard only where the number changed: that a message moves the end is known from the message. */
function tellWindow(day: Day, customer: KnownCustomer, session: SessionRow): void {
  if (!isOwned(session.state)) return
  const brief = day.visits.rows.get(customer.wx_user_id) ?? { brief_end: null, brief_left: 0, brief_scene: null }
  const window = { ...customer, ...brief }
  if (standing(window, day.at).remaining > 0) day.events.push(...windowEvent(window, session, day.at))
}
