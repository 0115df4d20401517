import type { Time, Whole } from './basic.ts'
import type { Content } from './content.ts'
import type { Action, Match, MatchKind, Rule, Schedule } from './rule.ts'

/** Which rule would answer a text, and why not the others. */
export interface TriedRules {
  matched: Rule | null
  /** The first of the replies. */
  reply?: Content
  replies: Content[]
  keyword?: string
  /** The text as rules see it. */
  normalised: string
  considered: ConsideredRule[]
}

export interface ConsideredRule {
  id: string
  name: string
  kind: MatchKind
  priority: Whole
  matches: boolean
  why:
    | 'won'
    | 'weaker_kind'
    | 'lower_priority'
    | 'shorter'
    | 'younger'
    | 'other_account'
    | 'not_now'
    | 'disabled'
    | 'text_too_long'
    | 'unusable'
    | 'no_match'
    | 'not_for_texts'
  /** In Chinese and English. */
  explanation: string
  keyword?: string
}

export interface NamedRule {
  id: string
  name: string
}

/** Keywords that never decide, rules that never speak, and rules that have not spoken for long. */
export interface RuleConflicts {
  conflicts: KeywordConflict[]
  dead: DeadRule[]
  silent: (NamedRule | null)[]
}

export interface KeywordConflict {
  rule: NamedRule | null
  kind: 'same' | 'hidden'
  keyword: string
  /** What answers instead. */
  by: NamedRule | null
  explanation: string
}

export interface DeadRule {
  rule: NamedRule | null
  why: 'all_hidden' | 'over' | 'unusable' | 'behind_another' | 'nobody_there' | 'group_gone'
  by: NamedRule | null
  explanation: string
}

/** What followers asked and no rule answered; those that ask nearly the same are one. */
export interface UnmatchedQuestion {
  text: string
  times: Whole
  firstAt: Time
  lastAt: Time
  texts: { text: string; times: Whole }[]
  /** A word that would answer them. */
  keyword: string | null
  /** By which they are dismissed. */
  hashes: string[]
}

export interface DismissedQuestions {
  dismissed: Whole
}

/** Rules tried over what followers really wrote. */
export interface Replay {
  id: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  done: Whole
  total: Whole
  /** From 0 to 1. */
  progress: number
  result?: ReplayResult
  createdAt: Time
  endedAt: Time | null
}

export interface ReplayResult {
  messages: Whole
  /** How often each would have answered, and did before. */
  hits: { id: string; name: string; hits: Whole; before: Whole }[]
  /** Of a hundred messages, how many a rule answered and would answer. */
  coverage: { before: number; after: number }
  newlyAnswered: ReplaySamples
  newlyWrong: ReplaySamples
}

export interface ReplaySamples {
  count: Whole
  /** By which rule, before and after. */
  samples: { text: string; before: string | null; after: string | null }[]
}

export interface ExportedRules {
  exportedAt: Time
  rules: ExportedRule[]
}

/** Its account goes by the appid, so that another installation can read it. */
export interface ExportedRule {
  id: string
  name: string
  appid: string | null
  enabled: boolean
  priority: Whole
  match: Match
  action: Action
  schedule: Schedule | null
}

export interface ImportedRules {
  created: Whole
  changed: Whole
  removed: Whole
}
