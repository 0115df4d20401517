// Predicts what a company's settings must lead to. It is written independently of the product and
// more simply.
import { defaultSettings, type Settings } from '../../rules/settings.ts'
import type { StoryIds } from './settings-places.ts'

export type ModelFacts = {
  ids: StoryIds
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
export type StoryAgent = 'person' | 'colleague'

export const askForPerson = '请转人工'
/**
 * A follower's question in traditional characters, whereas the rule's keyword is in simplified
 * ones.
 */
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

function ruleFor({ settings }: ModelFacts, text: string): string | null {
  if (text === askForPerson) return '正在为您转接'
  return text === askForParcel && settings.traditionalAsSimplified ? '当天发货' : null
}

/**
 * Whether a customer who begins with this text waits for people; if not, why their session ended at
 * once.
 */
export function arrivalOf(
  facts: ModelFacts,
  text: string,
): 'queued' | 'answered_by_rule' | 'not_asked' {
  const { queueWhen } = facts.settings
  if (queueWhen === 'always' || text === askForPerson) return 'queued'
  if (ruleFor(facts, text) !== null) return 'answered_by_rule'
  return queueWhen === 'asked' ? 'not_asked' : 'queued'
}

export type TalkMoment = { talking: boolean; isNew: boolean }

/** What a follower must be answered automatically while no agent is online. */
export function answerTo(
  facts: ModelFacts,
  text: string,
  { talking, isNew }: TalkMoment,
): RegExp | null {
  const { settings } = facts
  const byRule = talking && !settings.rulesInConversation ? null : ruleFor(facts, text)
  if (byRule !== null) return exactly(byRule)
  if (!isNew || arrivalOf(facts, text) !== 'queued') return null
  if (isClosed(facts)) return exactly('我们下班了')
  return settings.tellPosition ? positioned(settings.positionReply) : null
}

const exactly = (text: string) => new RegExp(`^${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`)
/**
 * A pattern for this text with any place in the queue and any waiting time, which may be unknown.
 */
const positioned = (text: string) =>
  new RegExp(
    `^${text
      .replaceAll('{before}', '\\d+')
      .replaceAll('{position}', '\\d+')
      .replaceAll('{minutes}', '(\\d+|若干)')}$`,
  )

export function isClosed({ settings, ids }: ModelFacts): boolean {
  const ofAccount = settings.accounts[ids.accountId]?.hours
  const hours = ofAccount === undefined ? settings.hours : ofAccount
  return hours !== null && Object.keys(hours.week).length === 0
}

/**
 * Whether queued sessions of the group's lane, or of the common lane, are assigned to agents
 * instead of being grabbed.
 */
export const isGiven = ({ settings, ids }: ModelFacts, of: 'everybody' | 'group'): boolean =>
  ((of === 'group' ? settings.groups[ids.groupIds[0]]?.sessionRule : undefined) ??
    settings.accounts[ids.accountId]?.sessionRule ??
    settings.sessionRule) !== 'grab'

export const overflows = ({ settings, ids }: ModelFacts) =>
  settings.groups[ids.groupIds[0]]?.overflow !== undefined

/** What the person who takes up a session must greet the customer with, by the settings. */
export function greetingBy(facts: ModelFacts, who: StoryAgent): string {
  const words = (who === 'person' ? facts.person.greeting : null) ?? facts.settings.greeting
  return words.replaceAll('{name}', facts[who].name)
}

/**
 * Who gets the first customer where sessions are assigned: the person if they are an agent,
 * otherwise their colleague, because supervisors and admins are assigned nobody.
 */
export const whoIsGiven = ({ person }: ModelFacts): StoryAgent =>
  person.role === 'agent' ? 'person' : 'colleague'

/**
 * Whether a queued session ends within this time. With `queueInHours` no time passes outside
 * working hours.
 */
export const endsQueuedWithin = (facts: ModelFacts, minutes: number): boolean =>
  facts.settings.queueMinutes <= minutes && !(facts.settings.queueInHours && isClosed(facts))

/**
 * After how many minutes a session with a silent new agent changes; null if it does not, because
 * the agent counts as having accepted and nothing is taken back.
 */
export function notAcceptedFor({ settings }: ModelFacts): number | null {
  const { takeBackMinutes, waitingMinutes, autoAcceptFirst } = settings
  if (takeBackMinutes > 0 && (autoAcceptFirst || takeBackMinutes < waitingMinutes)) {
    return takeBackMinutes
  }
  return autoAcceptFirst ? null : waitingMinutes
}
