// What is said in answer to a push, and who hears a line. The first line is the passive answer where its type allows that; what
// follows stands behind it and goes by API, as far as the follower's window reaches.
import type { MediaFetchRow, MessageRow, SessionRow } from '../../../entities/index.ts'
import { canBePassive, columnsOf, fitting, type Content } from '../../../rules/content.ts'
import { mayReply, takeReply } from '../../../rules/reply-window.ts'
import { isOwned } from '../../../rules/session.ts'
import { fillContent } from '../../../rules/variables.ts'
import type { Ids } from '../../ids.ts'
import type { KnownCustomer, Part } from '../../ports.ts'
import { lineEvents, windowEvent } from '../streams/write.ts'
import type { Day } from './day.ts'
import { addLine, newMessage, newOutbox, type Line } from '../lines/new-rows.ts'
import type { Push, PushAnswer } from './push.ts'

export type Taken = { push: Push; id: string; ids: Ids }
/** Who answers (`r:<id>`), and what. In the session where there is one; else the answer stands in the customer's history. */
export type Saying = {
  customer: KnownCustomer
  session: SessionRow | null
  by: { id: string; answers: Content[]; keyword?: string | null }
}

export function answerBy(day: Day, taken: Taken, saying: Saying): PushAnswer | null {
  const { customer, session, by } = saying
  if (session && by.answers.length > 0 && !day.opened.includes(session)) day.changed.add(session)
  const isEvent = taken.push.deed.kind === 'event'
  const facts = {
    nickname: customer.nickname,
    account: taken.push.account.name,
    keyword: by.keyword ?? '',
    now: day.at,
  }
  let passive: PushAnswer | null = null
  by.answers.forEach((content, at) => {
    const fit = fitting(fillContent(content, facts), isEvent && at === 0)
    if (fit.type === 'text' && fit.text.trim() === '') return
    // a mini program takes no answer with its push
    if (at === 0 && canBePassive(fit) && taken.push.account.type !== 2) {
      passive = sayPassively(day, taken, { ...saying, content: fit })
    } else sayByApi(day, taken, { ...saying, content: fit, key: `${taken.id}:${at}` })
  })
  return passive
}

/** Its id is the push's own: delivered again, the push finds the same answer. */
function sayPassively(day: Day, { id }: Taken, saying: Saying & { content: Content }): PushAnswer {
  const line = addTo(day, saying, { message_id: id, client_key: id, delivery: 'sending' })
  day.outbox.push(newOutbox(saying.customer, line, { way: 'passive', at: day.at }))
  return { id, content: saying.content, at: day.at }
}

const noVisit = { brief_end: null, brief_left: 0, brief_scene: null }

function sayByApi(
  day: Day,
  { push, ids }: Taken,
  saying: Saying & { content: Content; key: string },
): void {
  const { customer, session, key } = saying
  const visit = day.visits.rows.get(customer.wx_user_id)
  const window = { ...customer, ...(visit ?? noVisit) }
  const refusal = mayReply(window, day.at, push.company.settings.reserveLastReply)
  if (refusal) {
    // kept and shown, so that an agent sees what the customer did not get
    addTo(day, saying, {
      message_id: ids(),
      client_key: key,
      delivery: 'failed',
      extra: JSON.stringify({ why: refusal }),
    })
    return
  }
  const { brief_end, brief_left, brief_scene, ...long } = takeReply(window, day.at)
  Object.assign(customer, {
    window_end: long.window_end,
    budget_left: long.budget_left,
    window_scene: long.window_scene,
  })
  if (visit) day.visits.changed.add(Object.assign(visit, { brief_end, brief_left, brief_scene }))
  const line = addTo(day, saying, { message_id: ids(), client_key: key, delivery: 'pending' })
  day.outbox.push(newOutbox(customer, line, { way: 'api', at: day.at }))
  if (session && isOwned(session.state)) {
    day.events.push(
      ...windowEvent({ ...window, ...long, brief_end, brief_left, brief_scene }, session, day.at),
    )
  }
}

function addTo(
  day: Day,
  { customer, session, by, content }: Saying & { content: Content },
  facts: Partial<MessageRow> & { message_id: string },
): MessageRow {
  const line: Line = {
    opercode: 6,
    sender: `r:${by.id}`,
    add_time: day.at,
    ...columnsOf(content),
    ...facts,
  }
  const row = session ? addLine(customer, session, line) : newMessage(customer, line)
  day.messages.push(row)
  return row
}

export function hear(day: Day, session: SessionRow, line: MessageRow): void {
  day.messages.push(line)
  day.events.push(...lineEvents('message.received', session, { line, at: day.at }))
}

const keptByPlatformMs = 3 * 24 * 3600_000

export const toFetch = (line: MessageRow, parts: Part[], at: number): MediaFetchRow[] =>
  parts.map(({ part, mediaId }) => ({
    message_id: line.message_id,
    part,
    company_id: line.company_id,
    account_id: line.account_id,
    media_id: mediaId,
    state: 'pending',
    attempts: 0,
    retry_at: at,
    dies_at: at + keptByPlatformMs,
    reason: null,
  }))
