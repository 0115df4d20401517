// Rules that stand in each other's way: keywords that can never decide, because whatever holds them is answered by another rule, and
// rules of which nothing is left.
import type { MessageRuleRow } from '../entities/index.ts'
import { compiling, readRule, type Matcher, type MatchOptions, type Rule } from './keyword.ts'
import { isEvent } from './event-rules.ts'
import type { ReadSchedule } from './schedule.ts'

/** `same`: two rules want the same keyword, the younger never speaks. `hidden`: a higher rule matches whatever holds it. */
export type Conflict = { ruleId: string, kind: 'same' | 'hidden', keyword: string, byRuleId: string }
/** Nothing is left of it: all its keywords are hidden, its time is over, or an earlier rule takes its place. */
export type Dead = { ruleId: string, why: 'all_hidden' | 'over' | 'behind_another', byRuleId: string | null }
export type Conflicts = { conflicts: Conflict[], dead: Dead[] }

const most = 1000

export function* findConflicts(rows: MessageRuleRow[], { now, ...options }: MatchOptions & { now: number }): Generator<void, Conflicts> {
  const rules = rows.filter((row) => row.enabled === 1).map(readRule)
  const matcher = yield* compiling(rows, options)
  const found: Conflicts = { conflicts: [], dead: rules.flatMap((rule) => isOver(rule.schedule, now) ? [{ ruleId: rule.id, why: 'over' as const, byRuleId: null }] : []) }
  found.dead.push(...behindAnother(rules))
  let asked = 0
  for (const rule of rules) {
    if (!insideKinds.includes(rule.kind) && rule.kind !== 'exact') continue
    const hidden: Conflict[] = []
    const words = [...new Set(rule.keywords.map(matcher.normalise))].filter((word) => word !== '')
    for (const word of words) {
      const by = hiddenBy(rule, word, matcher)
      if (by) hidden.push({ ruleId: rule.id, kind: by.kind, keyword: word, byRuleId: by.rule.id })
      if (++asked % 500 === 0) yield
    }
    // of a rule that wants all its keywords, one that is hidden hides it
    const [first] = hidden
    if (first && (hidden.length === words.length || rule.kind === 'all')) found.dead.push({ ruleId: rule.id, why: 'all_hidden', byRuleId: first.byRuleId })
    found.conflicts.push(...hidden)
    if (found.conflicts.length > most) break
  }
  return { conflicts: found.conflicts.slice(0, most), dead: found.dead }
}

const insideKinds: Rule['kind'][] = ['contains', 'any', 'prefix', 'suffix', 'all']
const anywhere: Rule['kind'][] = ['contains', 'any']

/** A rule that answers every text in which this rule's keyword would have made it answer. */
function hiddenBy(rule: Rule, word: string, matcher: Matcher): { rule: Rule, kind: Conflict['kind'] } | null {
  for (const { rule: other, match } of matcher.all(word, null).found) {
    if (other.id === rule.id || !covers(other, rule) || !takes(other, rule)) continue
    const same = match?.keyword === word && other.priority === rule.priority
    if (other.priority > rule.priority && match !== null && match.band < 2) return { rule: other, kind: match.keyword === word ? 'same' : 'hidden' }
    if (same && rule.kind !== 'all' && isOlder(other, rule)) return { rule: other, kind: 'same' }
  }
  return null
}

/** It matches wherever the other's keyword may stand. */
function takes(other: Rule, rule: Rule): boolean {
  if (rule.kind === 'exact') return other.kind === 'exact'
  return anywhere.includes(other.kind) || (other.kind === rule.kind && (rule.kind === 'prefix' || rule.kind === 'suffix'))
}

/** Wherever and whenever this rule speaks, the other does too. */
const covers = (other: Rule, rule: Rule): boolean => other.schedule === null && (other.accountId === null || other.accountId === rule.accountId)
const isOlder = (other: Rule, rule: Rule) => other.id < rule.id
const isOver = (schedule: ReadSchedule | null, now: number) => schedule !== null && schedule.validUntil <= now

/** Of default and follow rules one speaks; of a menu's and a code's one for each key. */
function behindAnother(rules: Rule[]): Dead[] {
  const ordered = rules.filter((rule) => rule.kind === 'default' || isEvent(rule.kind)).sort((a, b) => b.priority - a.priority)
  return ordered.flatMap((rule, at) => {
    const keys = rule.kind === 'menu' || rule.kind === 'scan' ? rule.keywords : []
    const before = ordered.slice(0, at).filter((other) => other.kind === rule.kind && covers(other, rule))
    const by = keys.length === 0 ? before.find((other) => isPlain(other)) : keys.every((key) => before.some((other) => other.keywords.includes(key))) ? before[0] : undefined
    return by ? [{ ruleId: rule.id, why: 'behind_another' as const, byRuleId: by.id }] : []
  })
}

const isPlain = ({ kind, keywords }: Rule) => kind === 'default' || kind === 'subscribe' || keywords.length === 0
