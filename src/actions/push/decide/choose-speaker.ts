// Chooses what answers a message automatically: a rule, the notice outside working hours, or the
// notice about the place in the queue.
import type { Content } from '../../../../rules/reply/content.ts'
import type { Found } from '../../../../rules/auto-reply/keyword.ts'
import { groupOf } from '../../../../rules/session/lane.ts'
import { active, group } from '../../../../rules/session/states.ts'
import { hoursAt } from '../../../../rules/settings.ts'
import { fillPosition, waitMs } from '../../../../rules/session/queue-wait.ts'
import { isWorking, workingMs } from '../../../../rules/time/working-hours.ts'
import type { Speaker } from './answer.ts'
import { placeKey, type BatchSession, type Facts } from './facts.ts'
import type { NewPush } from './push.ts'

/**
 * `isNew`: the message opened its session. `lastReceived`: the time of the customer's previous
 * message in this session; null if this is the first. `isServed`: the customer is to be served by
 * people.
 */
type Received = {
  session: BatchSession
  found: Found | null
  isNew: boolean
  lastReceived: number | null
  isServed: boolean
}

/**
 * Chooses what answers a customer's message. The order of preference is: a rule that matches the
 * text, the notice outside working hours, the default rule, the notice about the place in the
 * queue.
 */
export function chooseSpeaker(facts: Facts, push: NewPush, received: Received): Speaker | null {
  const { found, isServed } = received
  const byRule = found && ruleSpeaks(facts, push, { ...received, found })
  if (!isServed || (byRule && found.rule.kind !== 'default')) return byRule
  return hoursSpeak(facts, push, received) ?? byRule ?? placeSpeaks(facts, push, received)
}

const ruleSpeaks = (
  facts: Facts,
  push: NewPush,
  { found, ...received }: Received & { found: Found },
): Speaker => ({
  ...found.rule,
  answers: found.rule.answers.map((content) => withPlace(facts, push, { ...received, content })),
  keyword: found.match?.keyword ?? null,
})

type InSession = Pick<Received, 'session' | 'isNew'>

function withPlace(
  facts: Facts,
  push: NewPush,
  { content, ...received }: InSession & { content: Content },
): Content {
  if (content.type !== 'text' || !push.company.settings.tellPosition) return content
  return { ...content, text: fillPosition(content.text, placeOf(facts, push, received)) }
}

const saying = (id: string, text: string): Speaker => ({ id, answers: [{ type: 'text', text }] })

/**
 * Returns the notice outside working hours if it answers this message. It answers only the first
 * message of a session in a closed period.
 */
function hoursSpeak(
  { at }: Facts,
  { account, company }: NewPush,
  { session: { row }, lastReceived }: Received,
): Speaker | null {
  if (row.state === active || row.state === group) return null
  const where = { accountId: account.account_id, groupId: groupOf(row.lane) }
  const hours = hoursAt(company.settings, where)
  if (!hours?.reply || isWorking(hours, at)) return null
  return lastReceived === null || workingMs(hours, lastReceived, at) > 0
    ? saying('hours', hours.reply)
    : null
}

function placeSpeaks(facts: Facts, push: NewPush, received: Received): Speaker | null {
  const { tellPosition, positionReply } = push.company.settings
  if (!tellPosition || !received.isNew) return null
  const place = placeOf(facts, push, received)
  return place && saying('position', fillPosition(positionReply, place))
}

function placeOf(facts: Facts, push: NewPush, { session: { row }, isNew }: InSession) {
  const place = row.lane === null ? undefined : facts.places.get(placeKey(push, row.lane))
  if (!place) return null
  // the queue index does not know the sessions yet that earlier pushes of this batch opened, so
  // they are counted here
  const also = isNew
    ? [...facts.opened.values()].filter(
        (one) =>
          one.company_id === row.company_id &&
          one.lane === row.lane &&
          (one.rank ?? 0) <= (row.rank ?? 0),
      ).length
    : 0
  const before = place.before + also
  return { before, waitMs: waitMs(before, place.left, facts.at) }
}
