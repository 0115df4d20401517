// What a company may set, with ranges and what holds where nothing is set. An account and a group may differ in some.
import type { Hours } from './time/working-hours.ts'

export type SessionRule = 'grab' | 'even' | 'roundRobin'

/** Of a group: who waits behind so many, or for so long, goes on to another group. 0 is off. */
export type Overflow = { groupId: number; waiting: number; minutes: number }
export type AccountSettings = {
  sessionRule?: SessionRule | undefined
  hours?: Hours | null | undefined
}
export type GroupSettings = AccountSettings & { overflow?: Overflow | null | undefined }

export type Settings = {
  sessionRule: SessionRule
  reclaimDays: number
  fallbackMinutes: number
  waitingMinutes: number
  queueMinutes: number
  queueInHours: boolean
  idleCloseMinutes: number
  takeBackMinutes: number
  queueWhen: 'always' | 'unanswered' | 'asked'
  rulesInConversation: boolean
  closeOnUnsubscribe: boolean
  /** Traditional characters match simplified ones in rules. */
  traditionalAsSimplified: boolean
  autoAcceptFirst: boolean
  windowFirst: boolean
  /** A push whose time is long gone is one that somebody has kept. */
  refuseOldPushes: boolean
  reserveLastReply: boolean
  tellPosition: boolean
  positionReply: string
  hours: Hours | null
  accounts: Record<string, AccountSettings>
  groups: Record<string, GroupSettings>

  /** What an agent's side says when they take up a session; empty: nothing. An agent may have their own. */
  greeting: string
  /** Asked of the customer when their session is closed. */
  askSatisfaction: boolean
  satisfactionQuestion: string
  satisfactionThanks: string
}

const aYear = 525_600

/** From the least to the most; what is 0 is off. */
export const ranges = {
  reclaimDays: [1, 3650],
  fallbackMinutes: [1, aYear],
  waitingMinutes: [1, aYear],
  queueMinutes: [1, aYear],
  idleCloseMinutes: [0, aYear],
  takeBackMinutes: [0, aYear],
} as const satisfies Partial<Record<keyof Settings, readonly [number, number]>>

export const sessionRules = ['grab', 'even', 'roundRobin'] as const satisfies SessionRule[]

export const defaultSettings: Settings = {
  sessionRule: 'grab',
  reclaimDays: 10,
  fallbackMinutes: 10,
  waitingMinutes: 1440,
  queueMinutes: 2880,
  queueInHours: false,
  idleCloseMinutes: 0,
  takeBackMinutes: 0,
  queueWhen: 'always',
  rulesInConversation: true,
  closeOnUnsubscribe: false,
  traditionalAsSimplified: true,
  autoAcceptFirst: false,
  windowFirst: false,
  refuseOldPushes: true,
  reserveLastReply: false,
  tellPosition: false,
  positionReply: '您前面还有 {before} 位，预计等待 {minutes} 分钟。',
  hours: null,
  accounts: {},
  groups: {},

  greeting: '',
  askSatisfaction: false,
  satisfactionQuestion: '请您对本次服务做出评价：',
  satisfactionThanks: '感谢您的评价！',
}

/** Written into a company when it is made: what older companies, which have stored nothing, are not to notice. */
export const settingsAtBirth: Partial<Settings> = { rulesInConversation: false }

export function readSettings(stored: string): Settings {
  return { ...defaultSettings, ...(JSON.parse(stored) as Partial<Settings>) }
}

export type Place = { accountId: string; groupId: number | null }

/** The group's word goes before the account's, and that before the company's. */
export function ruleAt(
  { sessionRule, accounts, groups }: Settings,
  { accountId, groupId }: Place,
): SessionRule {
  return (
    (groupId === null ? undefined : groups[groupId]?.sessionRule) ??
    accounts[accountId]?.sessionRule ??
    sessionRule
  )
}

/** Null: always there. */
export function hoursAt(
  { hours, accounts, groups }: Settings,
  { accountId, groupId }: Place,
): Hours | null {
  const own = groupId === null ? undefined : groups[groupId]?.hours
  if (own !== undefined) return own
  const ofAccount = accounts[accountId]?.hours
  return ofAccount === undefined ? hours : ofAccount
}

/** Whether anybody is ever given a customer that they did not take. */
export function assigns({ sessionRule, accounts, groups }: Settings): boolean {
  return [
    sessionRule,
    ...[...Object.values(accounts), ...Object.values(groups)].map((one) => one.sessionRule),
  ].some((rule) => rule === 'even' || rule === 'roundRobin')
}

/** Groups that would pass customers round in a circle. */
export function overflowCircle(groups: Record<string, GroupSettings>): number | null {
  for (const first of Object.keys(groups)) {
    const seen = new Set<number>()
    for (let at = Number(first); ;) {
      if (seen.has(at)) return at
      seen.add(at)
      const next = groups[at]?.overflow?.groupId
      if (next === undefined) break
      at = next
    }
  }
  return null
}
