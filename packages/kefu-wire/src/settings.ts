import type { Whole } from './basic.ts'

/** Who gets a customer whom nobody has: whoever takes one, whoever has the fewest, or one after the other. */
export type SessionRule = 'grab' | 'even' | 'roundRobin'

/** Of a company. Where minutes are 0, it is off. */
export interface Settings {
  sessionRule: SessionRule
  reclaimDays: Whole
  fallbackMinutes: Whole
  waitingMinutes: Whole
  queueMinutes: Whole
  /** Waiting is counted in working hours. */
  queueInHours: boolean
  idleCloseMinutes: Whole
  takeBackMinutes: Whole
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
  /** Null: somebody is always there. */
  hours: WorkingHours | null
  /** What differs, by the id of an account. */
  accounts: Record<string, AccountSettings>
  /** And by that of a group, which goes before. */
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

/** Who waits behind so many, or for so long, goes on to another group. */
export interface Overflow {
  groupId: Whole
  waiting: Whole
  minutes: Whole
}

/** Spans are like `09:00-18:00`; one that ends before it begins goes past midnight. */
export interface WorkingHours {
  /** Like `Asia/Shanghai`. */
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
  /** Days that differ from their weekday; without spans nobody is there. */
  holidays: { from: string; to?: string; open?: string[] }[]
  /** What is answered while nobody is there. */
  reply: string
}
