// The settings of a company, with their ranges and defaults. Accounts and groups may override some
// of them.
import type { Hours } from './time/working-hours.ts'

export type SessionRule = 'grab' | 'even' | 'roundRobin'

/**
 * Which sessions queued for a group move on to the group `groupId`: those that have at least
 * `waiting` others in front of them in their lane, and those queued for longer than `minutes`. 0
 * turns a condition off.
 */
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
  /** Whether traditional Chinese characters in a text match simplified ones in a rule. */
  traditionalAsSimplified: boolean
  autoAcceptFirst: boolean
  windowFirst: boolean
  /**
   * Whether to refuse plain pushes whose time is long before the newest one of the account, since
   * somebody may have recorded and resent them.
   */
  refuseOldPushes: boolean
  reserveLastReply: boolean
  tellPosition: boolean
  positionReply: string
  hours: Hours | null
  accounts: Record<string, AccountSettings>
  groups: Record<string, GroupSettings>

  /**
   * The line that customers get when an agent takes up their session; empty means none. An agent
   * may have their own.
   */
  greeting: string
  /**
   * Whether customers are asked to grade the service when the owner or a timer closes a session in
   * which a person answered.
   */
  askSatisfaction: boolean
  satisfactionQuestion: string
  satisfactionThanks: string
}

const aYear = 525_600

/**
 * The smallest and largest value that each numeric setting of a company may have. Where 0 is
 * allowed, it turns the setting off.
 */
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

/**
 * Settings that each new company starts with. They are not defaults, because older companies, for
 * which nothing is stored, must behave as before.
 */
export const settingsAtBirth: Partial<Settings> = { rulesInConversation: false }

export function readSettings(stored: string): Settings {
  return { ...defaultSettings, ...(JSON.parse(stored) as Partial<Settings>) }
}

export type AccountOrGroup = { accountId: string; groupId: number | null }

/** A group's setting overrides the account's, which overrides the company's. */
export function sessionRuleAt(
  { sessionRule, accounts, groups }: Settings,
  { accountId, groupId }: AccountOrGroup,
): SessionRule {
  return (
    (groupId === null ? undefined : groups[groupId]?.sessionRule) ??
    accounts[accountId]?.sessionRule ??
    sessionRule
  )
}

/**
 * The working hours that apply to this account or group. Null if there are none: then somebody is
 * supposed to be there at any time.
 */
export function hoursAt(
  { hours, accounts, groups }: Settings,
  { accountId, groupId }: AccountOrGroup,
): Hours | null {
  const own = groupId === null ? undefined : groups[groupId]?.hours
  if (own !== undefined) return own
  const ofAccount = accounts[accountId]?.hours
  return ofAccount === undefined ? hours : ofAccount
}

/**
 * Whether any session rule assigns customers to agents automatically. If none does, agents claim
 * them, except those who are for one person: these are assigned to that person all the same.
 */
export function assigns({ sessionRule, accounts, groups }: Settings): boolean {
  return [
    sessionRule,
    ...[...Object.values(accounts), ...Object.values(groups)].map((one) => one.sessionRule),
  ].some((rule) => rule === 'even' || rule === 'roundRobin')
}

/**
 * Finds a group that would pass its queued sessions on to other groups in a circle, and so back to
 * itself; null if there is none.
 */
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
