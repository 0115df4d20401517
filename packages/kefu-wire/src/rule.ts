import type { Time, Whole } from './basic.ts'
import type { Article, Menu, MiniProgram } from './content.ts'

/** Answers by itself. */
export interface Rule {
  id: string
  name: string
  /** Null: every account of the company. */
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

/** What a rule says, or whom it hands a customer on to. */
export type Step =
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

/** The first step, and behind it the others. */
export type Action = Step & { then?: Step[] }

/** Days are 1 (Monday) to 7 (Sunday); `from` after `to` goes over midnight. */
export interface Schedule {
  days?: Whole[]
  from?: string
  to?: string
  zone?: string
  validFrom?: Time
  validUntil?: Time
}

/** How often it spoke. Counted some seconds late. */
export interface Hits {
  total: Whole
  /** In the last 30 days. */
  recent: Whole
  /** A date. */
  lastDay: string | null
}
