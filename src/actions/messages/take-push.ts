// What one push does to its follower: a session to open or use, the line, the answer. In memory; written with its batch.
import type { MessageRow, SessionRow } from '../../../entities/index.ts'
import { endsAtOnce } from '../../../rules/answering.ts'
import type { Found } from '../../../rules/keyword.ts'
import { openBriefly, standing, tapCountsAs, widenWindow } from '../../../rules/reply-window.ts'
import { active, group, isOwned } from '../../../rules/session.ts'
import type { KnownCustomer, Part } from '../../ports.ts'
import { windowEvent } from '../events.ts'
import { followerKey, type Day, type Follower } from './day.ts'
import { addLine } from './lines.ts'
import { endAtOnce, openToEnd, sendOn } from './hand-on.ts'
import { openSession } from './open-session.ts'
import type { Push, PushAnswer } from './push.ts'
import { answerBy, hear, type Taken } from './say.ts'
import { takeEvent } from './take-event.ts'

export function takePush(day: Day, taken: Taken): PushAnswer | null {
  const { deed } = taken.push
  if (deed.kind === 'notice') return null
  const follower = day.followers.get(followerKey(taken.push))
  if (!follower) throw new Error('a push without its follower')
  follower.customer.update_time = day.at
  return deed.kind === 'event' ? takeEvent(day, taken, { ...deed, follower }) : takeLine(day, taken, follower)
}

function takeLine(day: Day, taken: Taken, follower: Follower): PushAnswer | null {
  const { push: { deed, company }, ids } = taken
  const { customer } = follower
  const before = customer.budget_left
  Object.assign(customer, { last_time: day.at, active_at: day.at })
  if (deed.kind === 'text' && deed.tapped) tap(day, customer)
  else Object.assign(customer, widenWindow(customer, day.at))
  const found = answering(day, taken.push, follower.session)
  const ended = follower.session ? null : endsAtOnce(company.settings.queueWhen, found)
  if (!ended) follower.session ??= openSession(day, taken, { customer, named: found?.rule.named ?? undefined })
  const session = follower.session ?? openToEnd(day, taken, customer)
  if (!day.opened.includes(session)) day.changed.add(session)

  const said = deed.kind === 'line' ? deed.said : { text: deed.kind === 'text' ? deed.text : '' }
  const line = addLine(customer, session, { message_id: ids(), opercode: 2, add_time: day.at, ...said })
  hear(day, session, line)
  if (deed.kind === 'line') toFetch(day, line, deed.parts)
  if (customer.budget_left !== before) tellWindow(day, customer, session)

  if (found?.rule.named) sendOn(day, session, { named: found.rule.named, ruleId: found.rule.id })
  const answer = found && answerBy(day, taken, { customer, session, by: { ...found.rule, keyword: found.match?.keyword ?? null } })
  if (ended) endAtOnce(day, session, { ended, ruleId: found?.rule.id ?? null })
  return answer
}

const isTalking = (session: SessionRow | null) => session?.state === active || session?.state === group

/** The rule that speaks: in a conversation only where the company wants it. */
function answering(day: Day, push: Push, session: SessionRow | null): Found | null {
  const { deed, company, account } = push
  if (deed.kind !== 'text' || (isTalking(session) && !company.settings.rulesInConversation)) return null
  const found = day.found.get(push) ?? null
  const companyId = account.company_id
  if (found) day.spoken.push({ companyId, ruleId: found.rule.id })
  if ((found === null || found.rule.kind === 'default') && !isTalking(session)) {
    day.unanswered.push({ companyId, accountId: account.account_id, text: deed.text, folded: company.matcher.normalise(deed.text) })
  }
  return found
}

function tap(day: Day, customer: KnownCustomer): void {
  const visit = day.visits.rows.get(customer.wx_user_id)
  if (!visit) return
  Object.assign(visit, openBriefly(visit, tapCountsAs, day.at))
  day.visits.changed.add(visit)
}

const keptByPlatformMs = 3 * 24 * 3600_000

function toFetch(day: Day, line: MessageRow, parts: Part[]): void {
  for (const { part, mediaId } of parts) {
    day.fetches.push({
      message_id: line.message_id, part, company_id: line.company_id, account_id: line.account_id, media_id: mediaId, state: 'pending',
      attempts: 0, retry_at: day.at, dies_at: day.at + keptByPlatformMs, reason: null,
    })
  }
}

/** Heard only where the number changed: that a message moves the end is known from the message. */
function tellWindow(day: Day, customer: KnownCustomer, session: SessionRow): void {
  if (!isOwned(session.state)) return
  const brief = day.visits.rows.get(customer.wx_user_id) ?? { brief_end: null, brief_left: 0, brief_scene: null }
  const window = { ...customer, ...brief }
  if (standing(window, day.at).remaining > 0) day.events.push(...windowEvent(window, session, day.at))
}
