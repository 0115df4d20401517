// What a follower does besides writing: he follows, leaves, scans, taps, comes in. All of it is remembered, some of it opens a
// session or is answered.
import type { ReceptionRow } from '../../../entities/index.ts'
import { cutText } from '../../../rules/content.ts'
import type { Found } from '../../../rules/keyword.ts'
import { closeWindow, openBriefly, sceneOf } from '../../../rules/reply-window.ts'
import { answerInKey, namedBy, namedByKey, receives, type Named } from '../../../rules/reception.ts'
import type { Deed } from '../../ports.ts'
import { customerEvent, windowEvent } from '../streams/write.ts'
import type { Day, Follower } from './day.ts'
import { addLine } from '../lines/new-rows.ts'
import { endUnsubscribed, receiveAsNamed } from './hand-on.ts'
import type { PushAnswer } from './push.ts'
import { answerBy, hear, type Saying, type Taken } from './say.ts'
import { addTrajectory, count, sceneKey, type Visit } from './visits.ts'

type Event = Extract<Deed, { kind: 'event' }> & { follower: Follower }
/** Comes every few seconds where the account asks for it: a place is no line of a conversation. */
const isLine = ({ name }: Event) => name !== 'location' && name !== 'subscribe_msg_sent_event'

const changesHim = new Set(['subscribe', 'unsubscribe', 'location'])

export function takeEvent(day: Day, taken: Taken, event: Event): PushAnswer | null {
  const { follower } = event
  const { customer } = follower
  const visit = day.visits.rows.get(customer.wx_user_id)
  if (!visit) throw new Error('an event without its follower')
  day.visits.changed.add(visit)
  note(day, event, visit)
  if (event.name === 'subscribe') follow(day, event)
  if (event.name === 'unsubscribe') unfollow(day, event, visit)
  const reception = cameByCode(day, event, visit)

  const found = reception?.reply_text ? null : (day.found.get(taken.push) ?? null)
  receiveAsNamed(day, taken, {
    follower,
    named: reception ? namedBy(reception) : namedOf(event),
    found,
  })
  if (follower.session && isLine(event)) say(day, taken, event)
  widen(day, event, visit)
  tellChange(day, event, reception)
  const said = answer(day, taken, { event, reception, found })
  endWhereLeft(day, taken, event)
  return said
}

function endWhereLeft(day: Day, { push }: Taken, { name, follower }: Event): void {
  if (name !== 'unsubscribe' || !push.company.settings.closeOnUnsubscribe) return
  endUnsubscribed(day, follower)
}

function tellChange(
  day: Day,
  { name, follower: { session } }: Event,
  reception: ReceptionRow | null,
): void {
  if (session && (reception || changesHim.has(name))) day.events.push(...customerEvent(session))
}

/** A rule's words go before those in the button's key, a code's own before both. */
function answer(
  day: Day,
  taken: Taken,
  {
    event,
    reception,
    found,
  }: { event: Event; reception: ReceptionRow | null; found: Found | null },
): PushAnswer | null {
  const { customer, session } = event.follower
  if (found) day.spoken.push({ companyId: customer.company_id, ruleId: found.rule.id })
  const by = found?.rule ?? answerTo(event, reception)
  return by && answerBy(day, taken, { customer, session, by })
}

function widen(day: Day, { name, follower: { customer, session } }: Event, visit: Visit): void {
  const scene = sceneOf(name)
  if (scene) Object.assign(visit, openBriefly(visit, scene, day.at))
  else if (name !== 'unsubscribe') return
  if (session) day.events.push(...windowEvent({ ...customer, ...visit }, session, day.at))
}

const namedOf = ({ name, key }: Event): Named | null => (name === 'click' ? namedByKey(key) : null)

function note(day: Day, event: Event, visit: Visit): void {
  const {
    location,
    follower: { customer },
  } = event
  addTrajectory(day.visits, customer, {
    event: event.name.slice(0, 64),
    event_key: event.key === '' ? null : event.key.slice(0, 255),
    detail: detailOf(event),
    at: day.at,
  })
  if (event.name !== 'location' || !location) return
  Object.assign(visit, {
    lng: location.lng,
    lat: location.lat,
    location_precision: location.precision,
    location_at: day.at,
    get_into_count: visit.get_into_count + 1,
  })
}

const detailOf = ({ detail, location }: Event): string | null =>
  detail?.slice(0, 500) ?? (location ? `${location.lat},${location.lng}` : null)

function follow(day: Day, { follower: { customer } }: Event): void {
  Object.assign(customer, { subscribe: 1, subscribe_time: day.at })
}

function unfollow(day: Day, { follower: { customer } }: Event, visit: Visit): void {
  const { window_end, budget_left, ...brief } = closeWindow(day.at)
  Object.assign(customer, { subscribe: 0, canel_time: day.at, window_end, budget_left })
  Object.assign(visit, brief)
  if (customer.reception_id !== null) count(day.visits, customer.reception_id, 'unfollows')
}

/** A code that has ended still counts, and no longer says who receives. */
function cameByCode(
  day: Day,
  { name, scene, follower: { customer } }: Event,
  visit: Visit,
): ReceptionRow | null {
  const reception =
    scene === undefined ? undefined : day.visits.byScene.get(sceneKey(customer.account_id, scene))
  if (!reception) return null
  count(day.visits, reception.reception_id, name === 'subscribe' ? 'follows' : 'scans')
  if (!receives(reception, day.at)) return null
  customer.reception_id = visit.reception_id = reception.reception_id
  const tags = [...new Set([...parsed(visit.tags), ...parsed(reception.tags)])]
  if (tags.length > 0) visit.tags = JSON.stringify(tags)
  return reception
}

const parsed = (tags: string | null) => JSON.parse(tags ?? '[]') as string[]

function say(day: Day, { ids }: Taken, event: Event): void {
  const { customer, session } = event.follower
  if (!session) return
  if (!day.opened.includes(session)) day.changed.add(session)
  hear(
    day,
    session,
    addLine(customer, session, {
      message_id: ids(),
      opercode: 5,
      message_type: 0,
      type: 'event',
      text: event.key === '' ? null : event.key.slice(0, 2000),
      add_time: day.at,
      extra: JSON.stringify({
        event: event.name,
        ...(event.detail !== undefined && { detail: event.detail.slice(0, 500) }),
      }),
    }),
  )
}

/** Where no rule answers: the code's own words, or those in the button's key. */
function answerTo(event: Event, reception: ReceptionRow | null): Saying['by'] | null {
  if (reception?.reply_text) {
    return { id: reception.reception_id, answers: [{ type: 'text', text: reception.reply_text }] }
  }
  const inKey = event.name === 'click' ? answerInKey(event.key) : null
  return inKey === null ? null : { id: 'menu', answers: [{ type: 'text', text: cutText(inKey) }] }
}
