// What one push does to its follower: a session to open or use, the line, the answer. In memory; written with its batch.
import type { SessionRow } from '../../../entities/index.ts'
import type { Ended } from '../../../rules/answering.ts'
import type { Found } from '../../../rules/keyword.ts'
import { standing, widenWindow } from '../../../rules/reply-window.ts'
import { active, group, isOwned } from '../../../rules/session.ts'
import type { Deed, KnownCustomer } from '../../ports.ts'
import { windowEvent } from '../streams/write.ts'
import { answeredBy } from './asked.ts'
import { followerKey, type Day, type Follower } from './day.ts'
import { addLine } from '../lines/new-rows.ts'
import { endAtOnce, sessionFor } from './hand-on.ts'
import { keepRank } from './open-session.ts'
import type { Push, PushAnswer } from './push.ts'
import { answerBy, hear, toFetch, type Taken } from './say.ts'
import { spokenTo } from './spoken.ts'
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
  const answer =
    deed.kind === 'event'
      ? takeEvent(day, taken, { ...deed, follower })
      : takeLine(day, taken, { deed, follower })
  keepRank(day, taken.push, follower)
  return answer
}

function takeLine(
  day: Day,
  taken: Taken,
  { deed, follower }: { deed: Exclude<Deed, { kind: 'event' | 'notice' }>; follower: Follower },
): PushAnswer | null {
  const { ids } = taken
  const { customer } = follower
  const before = customer.budget_left
  Object.assign(customer, { last_time: day.at, active_at: day.at })
  if (deed.tapped) tap(day, customer)
  else Object.assign(customer, widenWindow(customer, day.at))
  const found =
    deed.kind === 'text'
      ? speaking(day, taken.push, { session: follower.session, text: deed.text })
      : null
  const isNew = follower.session === null
  const { session, ended } = sessionFor(day, taken, { follower, found })
  const lastHeard = session.receive_message_time

  const said = deed.kind === 'line' ? deed.said : { text: deed.text }
  const line = addLine(customer, session, {
    message_id: ids(),
    opercode: 2,
    add_time: day.at,
    ...said,
  })
  hear(day, session, line)
  if (customer.budget_left !== before) tellWindow(day, customer, session)
  if (deed.kind === 'line') day.fetches.push(...toFetch(line, deed.parts, day.at))
  return answer(day, taken, { customer, session, found, ended, isNew, lastHeard })
}

type Answering = {
  customer: KnownCustomer
  session: SessionRow
  found: Found | null
  ended: Ended
  isNew: boolean
  lastHeard: number | null
}

function answer(
  day: Day,
  taken: Taken,
  { customer, ended, ...heard }: Answering,
): PushAnswer | null {
  const { session, found } = heard
  const by = spokenTo(day, taken.push, { ...heard, isServed: ended === null })
  const said = by && answerBy(day, taken, { customer, session, by })
  if (ended) endAtOnce(day, session, { ended, ruleId: found?.rule.id ?? null })
  return said
}

const isTalking = (session: SessionRow | null) =>
  session?.state === active || session?.state === group

/** The rule that speaks: in a conversation only where the company wants it. What none answers is a question for the lab. */
function speaking(
  day: Day,
  push: Push,
  { session, text }: { session: SessionRow | null; text: string },
): Found | null {
  const { company, account } = push
  if (isTalking(session) && !company.settings.rulesInConversation) return null
  const found = day.found.get(push) ?? null
  const companyId = account.company_id
  if (found) day.spoken.push({ companyId, ruleId: found.rule.id })
  if ((found === null || found.rule.kind === 'default') && !isTalking(session)) {
    day.unanswered.push({
      companyId,
      accountId: account.account_id,
      text,
      folded: company.matcher.normalise(text),
    })
  }
  return found
}

/** Heard only where the number changed: that a message moves the end is known from the message. */
function tellWindow(day: Day, customer: KnownCustomer, session: SessionRow): void {
  if (!isOwned(session.state)) return
  const brief = day.visits.rows.get(customer.wx_user_id) ?? {
    brief_end: null,
    brief_left: 0,
    brief_scene: null,
  }
  const window = { ...customer, ...brief }
  if (standing(window, day.at).remaining > 0) {
    day.events.push(...windowEvent(window, session, day.at))
  }
}
