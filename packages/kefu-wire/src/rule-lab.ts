import type { Time, Whole } from './basic.ts'
import type { Content } from './content.ts'
import type { Action, Match, MatchKind, Rule, Schedule } from './rule.ts'

/** Which rule would answer a text, and why the other rules would not. */
export interface TriedRules {
  matched: Rule | null
  /** The first of the replies that the matched rule would send. */
  reply?: Content
  replies: Content[]
  keyword?: string
  /** The text after normalisation, as the rules compare it. */
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
  /** The reason in words, in Chinese and English. */
  explanation: string
  keyword?: string
}

export interface NamedRule {
  id: string
  name: string
}

/**
 * Problems of the rules: keywords that never matter, rules that can never answer or name a person
 * or group that is gone (`dead`), and rules that have not answered for 30 days (`silent`).
 */
export interface RuleConflicts {
  conflicts: KeywordConflict[]
  dead: DeadRule[]
  silent: (NamedRule | null)[]
}

export interface KeywordConflict {
  rule: NamedRule | null
  kind: 'same' | 'hidden'
  keyword: string
  /** The rule that answers instead wherever this keyword would match. */
  by: NamedRule | null
  explanation: string
}

export interface DeadRule {
  rule: NamedRule | null
  why: 'all_hidden' | 'over' | 'unusable' | 'behind_another' | 'nobody_there' | 'group_gone'
  by: NamedRule | null
  explanation: string
}

/**
 * A question that followers asked and no rule answered, except perhaps a rule of kind `default`.
 * Questions that are nearly the same are counted as one.
 */
export interface UnmatchedQuestion {
  text: string
  times: Whole
  firstAt: Time
  lastAt: Time
  texts: { text: string; times: Whole }[]
  /** A keyword by which a new rule could answer this question; null if none was found. */
  keyword: string | null
  /** The hashes of all wordings of the question; the call that dismisses it needs them. */
  hashes: string[]
}

export interface DismissedQuestions {
  dismissed: Whole
}

/** A replay: changed rules are tried on the messages that followers really wrote. */
export interface Replay {
  id: string
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'
  done: Whole
  total: Whole
  /** How much of the replay is done, from 0 to 1. */
  progress: number
  result?: ReplayResult
  createdAt: Time
  endedAt: Time | null
}

export interface ReplayResult {
  messages: Whole
  /** How often each rule would answer with the change (`hits`) and without it (`before`). */
  hits: { id: string; name: string; hits: Whole; before: Whole }[]
  /**
   * The percentage of messages that a rule would answer without the change (`before`) and with it
   * (`after`). Rules of kind `default` do not count.
   */
  coverage: { before: number; after: number }
  newlyAnswered: ReplaySamples
  /** Messages that one rule answers without the change, and another rule or none with it. */
  newlyWrong: ReplaySamples
}

export interface ReplaySamples {
  count: Whole
  /** Sample messages, with the rules that answer them without the change and with it. */
  samples: { text: string; before: string | null; after: string | null }[]
}

export interface ExportedRules {
  exportedAt: Time
  rules: ExportedRule[]
}

/**
 * A rule as it is exported. The account is named by its appid, so that another installation can
 * import the rule.
 */
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
