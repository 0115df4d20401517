// The settings of a company, with their ranges and defaults. Accounts and groups may override some
// of them.
import type { Hours } from './time/working-hours.ts'

export type SessionRule = 'grab' | 'even' | 'roundRobin'

/**
 * When sessions move on from a full group to another: after so many are waiting, or after so many
 * minutes. 0 turns it off.
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
   * Whether to refuse pushes whose time is long past, since somebody may have recorded and resent
   * them.
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
  /** Whether customers are asked to grade the service when their session is closed. */
  askSatisfaction: boolean
  satisfactionQuestion: string
  satisfactionThanks: string
}

const aYear = 525_600

/** The smallest and largest allowed values. 0 turns a setting off. */
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
 * Stored for each new company. Older companies have nothing stored, so their behaviour does not
 * change.
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

/** Null if there are no working hours, so somebody is always there. */
export function hoursAt(
  { hours, accounts, groups }: Settings,
  { accountId, groupId }: AccountOrGroup,
): Hours | null {
  const own = groupId === null ? undefined : groups[groupId]?.hours
  if (own !== undefined) return own
  const ofAccount = accounts[accountId]?.hours
  return ofAccount === undefined ? hours : ofAccount
}

/** Whether any setting assigns customers to agents automatically. */
export function assigns({ sessionRule, accounts, groups }: Settings): boolean {
  return [
    sessionRule,
    ...[...Object.values(accounts), ...Object.values(groups)].map((one) => one.sessionRule),
  ].some((rule) => rule === 'even' || rule === 'roundRobin')
}

/** Finds groups that would pass customers on in a circle. */
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
