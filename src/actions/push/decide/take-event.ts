// What a customer does other than writing: follow, leave, scan, tap a menu, open the conversation.
// All of it is recorded; some of it opens a session or gets an answer.
import type { ReceptionRow } from '../../../../entities/index.ts'
import { cutText } from '../../../../rules/reply/content.ts'
import type { Found } from '../../../../rules/auto-reply/keyword.ts'
import { messageTypes, writtenBy } from '../../../../rules/reply/message.ts'
import { closeWindow, openBriefly, sceneOf } from '../../../../rules/reply/reply-window.ts'
import {
  answerInKey,
  namedBy,
  namedByKey,
  receives,
  type NamedReceiver,
} from '../../../../rules/session/reception.ts'
import type { Deed } from '../../../ports.ts'
import { customerEvent, windowEvent } from '../../streams/write.ts'
import { addReceived } from './add-received.ts'
import { answerBy, type Speaker } from './answer.ts'
import { changeCustomer, changeVisit, type Effects } from './effects.ts'
import { endUnsubscribed } from './end-session.ts'
import { sceneKey, type Facts, type Visit } from './facts.ts'
import { receiveAsNamed } from './route-session.ts'

type EventDeed = Extract<Deed, { kind: 'event' }>
/**
 * Whether an event becomes a line of the conversation. Location reports do not, because some
 * accounts send them every few seconds.
 */
const isLine = ({ name }: EventDeed) => name !== 'location'

const changesCustomer = new Set(['subscribe', 'unsubscribe', 'location'])

export function takeEvent(facts: Facts, effects: Effects, event: EventDeed): void {
  note(facts, effects, event)
  if (event.name === 'subscribe') follow(facts, effects)
  if (event.name === 'unsubscribe') unfollow(facts, effects)
  const reception = comeByCode(facts, effects, event)

  const found = reception?.reply_text ? null : facts.found
  const named = reception ? namedBy(reception) : namedOf(event)
  receiveAsNamed(facts, effects, { named, found })
  if (isLine(event)) addEvent(facts, effects, event)
  widen(facts, effects, event)
  tellChange(effects, event, reception)
  answer(facts, effects, { event, reception, found })
  const leaves = event.name === 'unsubscribe' && effects.push.company.settings.closeOnUnsubscribe
  if (leaves) endUnsubscribed(facts, effects)
}

function tellChange(
  { open, events }: Effects,
  { name }: EventDeed,
  reception: ReceptionRow | null,
): void {
  if (open && (reception || changesCustomer.has(name))) events.push(...customerEvent(open.row))
}

type AnsweredEvent = { event: EventDeed; reception: ReceptionRow | null; found: Found | null }

/**
 * Answers an event. The words of the QR code come first; if it has none, a rule answers; and if no
 * rule does, the words in the menu button's key.
 */
function answer(facts: Facts, effects: Effects, { event, reception, found }: AnsweredEvent): void {
  const { customer, open } = effects
  if (found) effects.spoken.push({ companyId: customer.company_id, ruleId: found.rule.id })
  const speaker = found?.rule ?? speakerOf(event, reception)
  if (speaker) effects.answer = answerBy(facts, effects, { session: open, speaker })
}

function visitIn({ visit }: Effects): Visit {
  if (!visit) throw new Error('an event without its customer')
  return visit
}

function widen({ at }: Facts, effects: Effects, { name }: EventDeed): void {
  const { customer, open, events } = effects
  const scene = sceneOf(name)
  if (scene) changeVisit(effects, openBriefly(visitIn(effects), scene, at))
  else if (name !== 'unsubscribe') return
  if (open) events.push(...windowEvent({ ...customer, ...visitIn(effects) }, open.row, at))
}

const namedOf = ({ name, key }: EventDeed): NamedReceiver | null =>
  name === 'click' ? namedByKey(key) : null

function note({ at }: Facts, effects: Effects, event: EventDeed): void {
  const { customer } = effects
  const { location } = event
  const visit = visitIn(effects)
  const n = visit.n + 1
  effects.trajectory.push({
    wx_user_id: customer.wx_user_id,
    n,
    company_id: customer.company_id,
    account_id: customer.account_id,
    event: event.name.slice(0, 64),
    event_key: event.key === '' ? null : event.key.slice(0, 255),
    detail: detailOf(event),
    at,
  })
  changeVisit(effects, {
    n,
    ...(event.name === 'location' &&
      location && {
        lng: location.lng,
        lat: location.lat,
        location_precision: location.precision,
        location_at: at,
        get_into_count: visit.get_into_count + 1,
      }),
  })
}

const detailOf = ({ detail, location }: EventDeed): string | null =>
  detail?.slice(0, 500) ?? (location ? `${location.lat},${location.lng}` : null)

function follow({ at }: Facts, effects: Effects): void {
  changeCustomer(effects, { subscribe: 1, subscribe_time: at })
}

function unfollow({ at }: Facts, effects: Effects): void {
  const { window_end, budget_left, ...brief } = closeWindow(at)
  changeCustomer(effects, { subscribe: 0, canel_time: at, window_end, budget_left })
  changeVisit(effects, brief)
  const { reception_id: receptionId } = effects.customer
  if (receptionId !== null) effects.counted.push({ receptionId, what: 'unfollows' })
}

/**
 * Returns the QR code by which the customer came and counts the visit. A code that is no longer
 * valid is still counted, but no longer decides who receives the customer.
 */
function comeByCode(
  { at, receptions }: Facts,
  effects: Effects,
  { name, scene }: EventDeed,
): ReceptionRow | null {
  const { customer, counted } = effects
  const reception =
    scene === undefined ? undefined : receptions.byScene.get(sceneKey(customer.account_id, scene))
  if (!reception) return null
  const { reception_id: id, tags: itsTags } = reception
  counted.push({ receptionId: id, what: name === 'subscribe' ? 'follows' : 'scans' })
  if (!receives(reception, at)) return null
  const tags = [...new Set([...parsed(visitIn(effects).tags), ...parsed(itsTags)])]
  changeCustomer(effects, { reception_id: id })
  changeVisit(effects, {
    reception_id: id,
    ...(tags.length > 0 && { tags: JSON.stringify(tags) }),
  })
  return reception
}

const parsed = (tags: string | null) => JSON.parse(tags ?? '[]') as string[]

function addEvent(facts: Facts, effects: Effects, event: EventDeed): void {
  const { open: session } = effects
  if (!session) return
  const extra = {
    event: event.name,
    ...(event.detail !== undefined && { detail: event.detail.slice(0, 500) }),
  }
  const line = {
    message_id: facts.ids(),
    opercode: writtenBy.system,
    message_type: messageTypes.event,
    type: 'event',
    text: event.key === '' ? null : event.key.slice(0, 2000),
    add_time: facts.at,
    extra: JSON.stringify(extra),
  }
  addReceived(facts, effects, { session, line })
}

/**
 * What answers an event that no rule answers: the words of the QR code, or the words in the key of
 * the menu button.
 */
function speakerOf(event: EventDeed, reception: ReceptionRow | null): Speaker | null {
  if (reception?.reply_text) {
    return { id: reception.reception_id, answers: [{ type: 'text', text: reception.reply_text }] }
  }
  const inKey = event.name === 'click' ? answerInKey(event.key) : null
  return inKey === null ? null : { id: 'menu', answers: [{ type: 'text', text: cutText(inKey) }] }
}
