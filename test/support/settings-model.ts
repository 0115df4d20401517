// What must follow from a company's settings, said a second time and more simply than the product says it.
import { defaultSettings, type Settings } from '../../rules/settings.ts'
import type { Ids } from './settings-places.ts'

export type Facts = {
  ids: Ids
  settings: Settings
  account: { type: number; mode: string }
  person: {
    name: string
    role: string
    capacity: number
    greeting: string | null
    deputies: number
  }
  colleague: { name: string }
}
export type Speaker = 'person' | 'colleague'

export const askForPerson = '请转人工'
/** In traditional characters: the rule's keyword is in simplified ones. */
export const askForParcel = '今天發貨吗'
export const companyRules = [
  {
    name: '人工',
    match: { kind: 'contains', keywords: ['人工'] },
    action: { kind: 'text', text: '正在为您转接', then: [{ kind: 'queue' }] },
  },
  {
    name: '发货',
    match: { kind: 'contains', keywords: ['发货'] },
    action: { kind: 'text', text: '当天发货' },
  },
]

export const asDefault = (): Settings => structuredClone(defaultSettings)

function ruleFor({ settings }: Facts, text: string): string | null {
  if (text === askForPerson) return '正在为您转接'
  return text === askForParcel && settings.traditionalAsSimplified ? '当天发货' : null
}

/** Whether people see a customer who begins with this; else why it ended at once. */
export function arrivalOf(facts: Facts, text: string): 'queued' | 'answered_by_rule' | 'not_asked' {
  const { queueWhen } = facts.settings
  if (queueWhen === 'always' || text === askForPerson) return 'queued'
  if (ruleFor(facts, text) !== null) return 'answered_by_rule'
  return queueWhen === 'asked' ? 'not_asked' : 'queued'
}

export type Moment = { talking: boolean; isNew: boolean }

/** What a follower is told by itself; nobody stands at the desk. */
export function answerTo(facts: Facts, text: string, { talking, isNew }: Moment): RegExp | null {
  const { settings } = facts
  const byRule = talking && !settings.rulesInConversation ? null : ruleFor(facts, text)
  if (byRule !== null) return exactly(byRule)
  if (!isNew || arrivalOf(facts, text) !== 'queued') return null
  if (isClosed(facts)) return exactly('我们下班了')
  return settings.tellPosition ? positioned(settings.positionReply) : null
}

const exactly = (text: string) => new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
/** Where he stands, and how long he waits, which nobody may know. */
const positioned = (text: string) =>
  new RegExp(
    `^${text
      .replaceAll('{before}', '\\d+')
      .replaceAll('{position}', '\\d+')
      .replaceAll('{minutes}', '(\\d+|若干)')}$`,
  )

export function isClosed({ settings, ids }: Facts): boolean {
  const ofAccount = settings.accounts[ids.accountId]?.hours
  const hours = ofAccount === undefined ? settings.hours : ofAccount
  return hours !== null && Object.keys(hours.week).length === 0
}

/** In the lane of the group, or in the one for everybody. */
export const isGiven = ({ settings, ids }: Facts, of: 'everybody' | 'group'): boolean =>
  ((of === 'group' ? settings.groups[ids.groupIds[0]]?.sessionRule : undefined) ??
    settings.accounts[ids.accountId]?.sessionRule ??
    settings.sessionRule) !== 'grab'

export const overflows = ({ settings, ids }: Facts) =>
  settings.groups[ids.groupIds[0]]?.overflow !== undefined

/** What somebody says who takes up a session. */
export function greetingBy(facts: Facts, who: Speaker): string {
  const words = (who === 'person' ? facts.person.greeting : null) ?? facts.settings.greeting
  return words.replaceAll('{name}', facts[who].name)
}

/** Whose turn it is where customers are given: no supervisors, no admins. */
export const whoIsGiven = ({ person }: Facts): Speaker =>
  person.role === 'agent' ? 'person' : 'colleague'

/** Whoever waits ends after so long; outside the hours no time goes by. */
export const endsQueuedWithin = (facts: Facts, minutes: number): boolean =>
  facts.settings.queueMinutes <= minutes && !(facts.settings.queueInHours && isClosed(facts))

/** What is done first with a customer whose new agent is silent; null: nothing, because that one was taken to have accepted. */
export function notAcceptedFor({ settings }: Facts): number | null {
  const { takeBackMinutes, waitingMinutes, autoAcceptFirst } = settings
  if (takeBackMinutes > 0 && (autoAcceptFirst || takeBackMinutes < waitingMinutes)) {
    return takeBackMinutes
  }
  return autoAcceptFirst ? null : waitingMinutes
}
