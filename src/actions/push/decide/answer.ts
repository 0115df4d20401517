// How a push is answered automatically. The first line becomes the passive reply if its type allows
// that. Further lines are sent through WeChat's API, as far as the customer's reply window permits.
import type { MessageRow } from '../../../../entities/index.ts'
import { isMiniProgram } from '../../../../rules/reply/account-type.ts'
import { canBePassive, columnsOf, fitting, type Content } from '../../../../rules/reply/content.ts'
import { writtenBy } from '../../../../rules/reply/message.ts'
import { mayReply, takeReply } from '../../../../rules/reply/reply-window.ts'
import { isOwned } from '../../../../rules/session/session.ts'
import { fillContent } from '../../../../rules/reply/variables.ts'
import { speakerActor } from '../../../../rules/session/actor.ts'
import { windowEvent } from '../../streams/write.ts'
import { newMessage, newOutbox, type Line, type Sending } from '../../lines/new-rows.ts'
import { addToSession, changeCustomer, changeVisit, type Effects } from './effects.ts'
import type { BatchSession, Facts } from './facts.ts'
import type { PushAnswer } from './push.ts'

/**
 * Whatever answers automatically (a rule, a QR code, the working hours and so on), and its lines.
 * The id is stored as the sender, for example `r:<id>`.
 */
export type Speaker = { id: string; answers: Content[]; keyword?: string | null }
/**
 * What answers a push, and where the answer is added: to the session if there is one, otherwise to
 * the customer's history.
 */
type Answering = { session: BatchSession | null; speaker: Speaker }
type Saying = Answering & { content: Content }

export function answerBy(facts: Facts, effects: Effects, answering: Answering): PushAnswer | null {
  const { push, customer } = effects
  const { speaker } = answering
  const isEvent = push.deed.kind === 'event'
  const variables = {
    nickname: customer.nickname,
    account: push.account.name,
    keyword: speaker.keyword ?? '',
    now: facts.at,
  }
  let passive: PushAnswer | null = null
  speaker.answers.forEach((answer, at) => {
    const content = fitting(fillContent(answer, variables), isEvent && at === 0)
    if (content.type === 'text' && content.text.trim() === '') return
    // only the first line can be the passive reply, and only if its type allows that; mini programs
    // do not support passive replies
    if (at === 0 && canBePassive(content) && !isMiniProgram(push.account)) {
      passive = sayPassively(facts, effects, { ...answering, content })
    } else sayByApi(facts, effects, { ...answering, content, key: `${push.id}:${at}` })
  })
  return passive
}

/** The answer gets the id of the push itself, so that a repeated push finds the same answer. */
function sayPassively({ at }: Facts, effects: Effects, saying: Saying): PushAnswer {
  const { id } = effects.push
  const facts = { message_id: id, add_time: at, client_key: id, delivery: 'sending' }
  const message = addAnswer(effects, saying, facts)
  send(effects, message, { way: 'passive', at })
  return { id, content: saying.content, at }
}

const noVisit = { brief_end: null, brief_left: 0, brief_scene: null }

function sayByApi({ at, ids }: Facts, effects: Effects, saying: Saying & { key: string }): void {
  const { push, customer, visit } = effects
  const { session, key } = saying
  const window = { ...customer, ...(visit ?? noVisit) }
  const refusal = mayReply(window, at, push.company.settings.reserveLastReply)
  const facts = { message_id: ids(), add_time: at, client_key: key }
  if (refusal) {
    // an answer for which the reply window has no room is stored and displayed although it is not
    // sent, so that an agent sees what the customer did not get
    const extra = JSON.stringify({ why: refusal })
    addAnswer(effects, saying, { ...facts, delivery: 'failed', extra })
    return
  }
  const { brief_end, brief_left, brief_scene, ...long } = takeReply(window, at)
  changeCustomer(effects, {
    window_end: long.window_end,
    budget_left: long.budget_left,
    window_scene: long.window_scene,
  })
  changeVisit(effects, { brief_end, brief_left, brief_scene })
  const message = addAnswer(effects, saying, { ...facts, delivery: 'pending' })
  send(effects, message, { way: 'api', at })
  if (session && isOwned(session.row.state)) {
    const left = { ...window, ...long, brief_end, brief_left, brief_scene }
    effects.events.push(...windowEvent(left, session.row, at))
  }
}

function send(effects: Effects, message: MessageRow, facts: Sending): void {
  const row = newOutbox(effects.customer, message, facts)
  changeCustomer(effects, { out_n: row.n })
  effects.outbox.push(row)
}

function addAnswer(
  effects: Effects,
  { session, speaker, content }: Saying,
  facts: Partial<MessageRow> & { message_id: string; add_time: number },
): MessageRow {
  const line: Line = {
    opercode: writtenBy.rule,
    sender: speakerActor(speaker.id),
    ...columnsOf(content),
    ...facts,
  }
  if (session) return addToSession(effects, session, line)
  const message = newMessage(effects.customer, line)
  effects.messages.push(message)
  return message
}
