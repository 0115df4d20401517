import type { Time, Whole } from './basic.ts'
import type { Article, Menu, MiniProgram } from './content.ts'

/** An auto-reply rule: it answers without an agent, or hands the customer over. */
export interface Rule {
  id: string
  name: string
  /** The account to which the rule belongs; null if it belongs to every account of the company. */
  accountId: string | null
  enabled: boolean
  priority: Whole
  match: Match
  action: Action
  schedule: Schedule | null
  hits: Hits
  createdAt: Time
  updatedAt: Time
}

export interface Match {
  kind: MatchKind
  keywords: string[]
  pattern?: string
}

export type MatchKind =
  | 'exact'
  | 'contains'
  | 'prefix'
  | 'suffix'
  | 'regex'
  | 'all'
  | 'any'
  | 'subscribe'
  | 'scan'
  | 'menu'
  | 'default'

/**
 * One step of a rule: a message to send, the person or the group to whom the customer is handed
 * over, or `queue`, which hands them over to anybody. A rule with `none` does nothing.
 */
export type AnswerStep =
  | { kind: 'text'; text: string }
  | { kind: 'image' | 'voice' | 'file'; mediaId: string }
  | { kind: 'video'; mediaId: string; thumbMediaId?: string; title?: string; description?: string }
  | { kind: 'news'; articles: Article[] }
  | { kind: 'menu'; menu: Menu }
  | { kind: 'miniprogram'; miniprogram: MiniProgram }
  | { kind: 'article'; articleId: string }
  | { kind: 'agent'; uid: Whole }
  | { kind: 'group'; groupId: Whole }
  | { kind: 'queue' }
  | { kind: 'none' }

/** The first step of a rule, followed by the others in `then`. */
export type Action = AnswerStep & { then?: AnswerStep[] }

/**
 * When a rule applies. Days go from 1 (Monday) to 7 (Sunday); if `from` is later than `to`, the
 * span goes past midnight.
 */
export interface Schedule {
  days?: Whole[]
  from?: string
  to?: string
  zone?: string
  validFrom?: Time
  validUntil?: Time
}

/** How often a rule answered. The count is some seconds behind. */
export interface Hits {
  total: Whole
  /** How often the rule answered today and on the 30 days before (days of UTC). */
  recent: Whole
  /** The last day on which the rule answered. */
  lastDay: string | null
}
