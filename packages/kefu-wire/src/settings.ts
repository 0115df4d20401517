import type { Whole } from './basic.ts'

/**
 * How queued customers find their agent: agents take them (`grab`), the free agent with the fewest
 * sessions gets them (`even`), or agents get them in turn (`roundRobin`).
 */
export type SessionRule = 'grab' | 'even' | 'roundRobin'

/** The settings of a company. A time of 0 minutes or 0 days switches its function off. */
export interface Settings {
  sessionRule: SessionRule
  reclaimDays: Whole
  fallbackMinutes: Whole
  waitingMinutes: Whole
  queueMinutes: Whole
  /** Whether `queueMinutes` only counts time within working hours. */
  queueInHours: boolean
  idleCloseMinutes: Whole
  takeBackMinutes: Whole
  queueWhen: 'always' | 'unanswered' | 'asked'
  rulesInConversation: boolean
  closeOnUnsubscribe: boolean
  /** Whether traditional characters match simplified ones in rules. */
  traditionalAsSimplified: boolean
  autoAcceptFirst: boolean
  windowFirst: boolean
  /**
   * Whether pushes that were signed long ago are refused, because somebody may have kept and
   * repeated them.
   */
  refuseOldPushes: boolean
  reserveLastReply: boolean
  tellPosition: boolean
  positionReply: string
  /** The working hours; null if the company is always open. */
  hours: WorkingHours | null
  /** Settings that differ for an account, by its id. */
  accounts: Record<string, AccountSettings>
  /** Settings that differ for a group, by its id; they override those of the account. */
  groups: Record<string, GroupSettings>
  greeting: string
  askSatisfaction: boolean
  satisfactionQuestion: string
  satisfactionThanks: string
}

export interface AccountSettings {
  sessionRule?: SessionRule
  hours?: WorkingHours | null
}

export interface GroupSettings extends AccountSettings {
  overflow?: Overflow | null
}

/**
 * When a queued customer moves on to another group: if `waiting` customers or more are before them,
 * or after they waited for `minutes`.
 */
export interface Overflow {
  groupId: Whole
  waiting: Whole
  minutes: Whole
}

/**
 * When the company is open. Spans are written like `09:00-18:00`; one that ends before it begins
 * goes past midnight.
 */
export interface WorkingHours {
  /** A time zone such as `Asia/Shanghai`. */
  zone: string
  week: {
    sun?: string[]
    mon?: string[]
    tue?: string[]
    wed?: string[]
    thu?: string[]
    fri?: string[]
    sat?: string[]
  }
  /** Days with other hours than their weekday. Without `open`, the company is closed on them. */
  holidays: { from: string; to?: string; open?: string[] }[]
  /** The automatic answer to a message that arrives while the company is closed. */
  reply: string
}
