// A customer's message: it goes into the open session or a new one, and may be answered
// automatically.
import type { Ended } from '../../../../rules/auto-reply/answering.ts'
import type { Found } from '../../../../rules/auto-reply/keyword.ts'
import { writtenBy } from '../../../../rules/reply/message.ts'
import { standing, widenWindow } from '../../../../rules/reply/reply-window.ts'
import { isOwned } from '../../../../rules/session/session.ts'
import { active, group } from '../../../../rules/session/states.ts'
import type { Deed } from '../../../ports.ts'
import { windowEvent } from '../../streams/write.ts'
import { addReceived } from './add-received.ts'
import { answerBy } from './answer.ts'
import { chooseSpeaker } from './choose-speaker.ts'
import { changeCustomer, type Effects } from './effects.ts'
import { endAtOnce } from './end-session.ts'
import type { BatchSession, Facts } from './facts.ts'
import { sessionFor } from './route-session.ts'
import { tap } from './tap.ts'
import { toFetch } from '../../media/to-fetch.ts'

export type Written = Extract<Deed, { kind: 'text' | 'line' }>

export function takeMessage(facts: Facts, effects: Effects, deed: Written): void {
  const { at, ids } = facts
  const budgetBefore = effects.customer.budget_left
  changeCustomer(effects, { last_time: at, active_at: at })
  if (deed.tapped) tap(facts, effects)
  else changeCustomer(effects, widenWindow(effects.customer, at))
  const found = deed.kind === 'text' ? speaking(facts, effects, deed.text) : null
  const isNew = effects.open === null
  const { session, ended } = sessionFor(facts, effects, found)
  const lastReceived = session.row.receive_message_time

  const message = addReceived(facts, effects, {
    session,
    line: {
      message_id: ids(),
      opercode: writtenBy.customer,
      add_time: at,
      ...(deed.kind === 'line' ? deed.said : { text: deed.text }),
    },
  })
  if (effects.customer.budget_left !== budgetBefore) tellWindow(facts, effects, session)
  if (deed.kind === 'line') effects.fetches.push(...toFetch(message, deed.parts, at))
  answer(facts, effects, { session, found, ended, isNew, lastReceived })
}

type AddedMessage = {
  session: BatchSession
  found: Found | null
  ended: Ended
  isNew: boolean
  lastReceived: number | null
}

function answer(facts: Facts, effects: Effects, { ended, ...received }: AddedMessage): void {
  const { session, found } = received
  const speaker = chooseSpeaker(facts, effects.push, { ...received, isServed: ended === null })
  if (speaker) effects.answer = answerBy(facts, effects, { session, speaker })
  if (ended) endAtOnce(facts, effects, { session, ended, ruleId: found?.rule.id ?? null })
}

const isTalking = (open: BatchSession | null) =>
  open?.row.state === active || open?.row.state === group

/**
 * Returns the rule that answers. Within a conversation rules answer only if the company wants that.
 * Outside a conversation, a text that no rule or only the default rule answers is recorded as an
 * unanswered question.
 */
function speaking({ found }: Facts, effects: Effects, text: string): Found | null {
  const { open, push } = effects
  const { company, account } = push
  if (isTalking(open) && !company.settings.rulesInConversation) return null
  const companyId = account.company_id
  if (found) effects.spoken.push({ companyId, ruleId: found.rule.id })
  if ((found === null || found.rule.kind === 'default') && !isTalking(open)) {
    effects.unanswered.push({
      companyId,
      accountId: account.account_id,
      text,
      folded: company.matcher.normalise(text),
    })
  }
  return found
}

const noVisit = { brief_end: null, brief_left: 0, brief_scene: null }

/**
 * Tells the session's owner how many replies are left in the customer's reply window. It is called
 * only if their number changed; that every message extends the time is known anyway.
 */
function tellWindow({ at }: Facts, effects: Effects, { row }: BatchSession): void {
  if (!isOwned(row.state)) return
  const window = { ...effects.customer, ...(effects.visit ?? noVisit) }
  if (standing(window, at).remaining > 0) effects.events.push(...windowEvent(window, row, at))
}
