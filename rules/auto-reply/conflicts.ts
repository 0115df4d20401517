// Finds rules that block each other: keywords that can never have an effect because another rule
// always answers first, and rules of which no keyword is left.
import type { MessageRuleRow } from '../../entities/index.ts'
import { isEvent } from './event-rules.ts'
import { compiling, type Matcher } from './keyword.ts'
import { readRule, type MatchOptions, type Rule } from './rule.ts'
import type { ReadSchedule } from '../time/schedule.ts'

/**
 * `same`: another rule has the same keyword and comes first, because its priority is higher or it
 * is older. `hidden`: a rule that comes first matches, by another keyword, every text that this
 * keyword matches.
 */
export type Conflict = {
  ruleId: string
  kind: 'same' | 'hidden'
  keyword: string
  byRuleId: string
}
/**
 * A rule that can never answer: all its keywords are hidden (or one, if it requires them all), its
 * validity has ended, an earlier rule takes its place, or it cannot be read or its pattern used.
 */
export type Dead = {
  ruleId: string
  why: 'all_hidden' | 'over' | 'behind_another' | 'unusable'
  byRuleId: string | null
}
export type Conflicts = { conflicts: Conflict[]; dead: Dead[] }

const most = 1000

export function* findConflicts(
  rows: MessageRuleRow[],
  { now, ...options }: MatchOptions & { now: number },
): Generator<void, Conflicts> {
  const matcher = yield* compiling(rows, options)
  const unusable = new Set(matcher.unusable.map(({ id }) => id))
  const rules = rows
    .filter((row) => row.enabled === 1 && !unusable.has(row.message_rule_id))
    .map(readRule)
  const found: Conflicts = {
    conflicts: [],
    dead: [
      ...matcher.unusable.map(({ id }) => ({
        ruleId: id,
        why: 'unusable' as const,
        byRuleId: null,
      })),
      ...rules
        .filter((rule) => isOver(rule.schedule, now))
        .map(({ id }) => ({ ruleId: id, why: 'over' as const, byRuleId: null })),
    ],
  }
  found.dead.push(...behindAnother(rules))
  let asked = 0
  for (const rule of rules.filter(({ kind }) => withWords.includes(kind))) {
    const words = [...new Set(rule.keywords.map(matcher.normalise))].filter((word) => word !== '')
    const hidden = words.flatMap((word) => hiddenBy(rule, word, matcher) ?? [])
    // a rule that requires all its keywords can never answer as soon as one of them is hidden; any
    // other rule only when all of them are
    const [first] = hidden
    if (first && (hidden.length === words.length || rule.kind === 'all')) {
      found.dead.push({ ruleId: rule.id, why: 'all_hidden', byRuleId: first.byRuleId })
    }
    found.conflicts.push(...hidden)
    if (found.conflicts.length > most) break
    asked += words.length
    if (asked > yieldEvery) {
      asked = 0
      yield
    }
  }
  return { conflicts: found.conflicts.slice(0, most), dead: found.dead }
}

const yieldEvery = 200
const withWords: Rule['kind'][] = ['exact', 'contains', 'any', 'prefix', 'suffix', 'all']
const anywhere: Rule['kind'][] = ['contains', 'any']

/**
 * Finds a rule that is first to answer every text that this rule would answer by this keyword.
 */
function hiddenBy(rule: Rule, word: string, matcher: Matcher): Conflict | null {
  const others = matcher
    .all(word, null)
    .found.filter(
      ({ rule: other, match }) =>
        other.id !== rule.id && match?.keyword && covers(other, rule) && takes(other, rule),
    )
  const by = others.find(
    ({ rule: other, match }) =>
      other.priority > rule.priority || (match?.keyword === word && comesFirst(other, rule)),
  )
  return by
    ? {
        ruleId: rule.id,
        kind: by.match?.keyword === word ? 'same' : 'hidden',
        keyword: word,
        byRuleId: by.rule.id,
      }
    : null
}

/**
 * Whether the other rule is preferred when both match with the same keyword and have the same
 * priority: then the older rule wins. A rule that requires all its keywords does not lose, because
 * it may match with more of them.
 */
const comesFirst = (other: Rule, rule: Rule) =>
  other.priority === rule.priority && rule.kind !== 'all' && other.id < rule.id

/**
 * Whether the other rule matches every text that contains this rule's keyword; if it also comes
 * first, this keyword never decides.
 */
function takes(other: Rule, rule: Rule): boolean {
  if (rule.kind === 'exact') return other.kind === 'exact'
  return (
    anywhere.includes(other.kind) ||
    (other.kind === rule.kind && (rule.kind === 'prefix' || rule.kind === 'suffix'))
  )
}

/**
 * Whether the other rule is active for every account and at every time for which this rule is. Only
 * then it can always answer in its place.
 */
const covers = (other: Rule, rule: Rule): boolean =>
  other.schedule === null && (other.accountId === null || other.accountId === rule.accountId)
const isOver = (schedule: ReadSchedule | null, now: number) =>
  schedule !== null && schedule.validUntil <= now

/**
 * Finds rules that never answer because one stands before them: of all default rules only the first
 * answers, of all follow rules too, and of all rules for the same menu key or QR code. Of a rule
 * with several keys, which several rules may take, the first of those is named.
 */
function behindAnother(rules: Rule[]): Dead[] {
  const ordered = rules
    .filter((rule) => rule.kind === 'default' || isEvent(rule.kind))
    .sort((a, b) => b.priority - a.priority)
  return ordered.flatMap((rule, at) => {
    const keys = rule.kind === 'menu' || rule.kind === 'scan' ? rule.keywords : []
    const before = ordered
      .slice(0, at)
      .filter((other) => other.kind === rule.kind && covers(other, rule))
    const by =
      keys.length === 0
        ? before.find((other) => isPlain(other))
        : keys.every((key) => before.some((other) => other.keywords.includes(key)))
          ? before.find((other) => keys.some((key) => other.keywords.includes(key)))
          : undefined
    return by ? [{ ruleId: rule.id, why: 'behind_another' as const, byRuleId: by.id }] : []
  })
}

const isPlain = ({ kind, keywords }: Rule) =>
  kind === 'default' || kind === 'subscribe' || keywords.length === 0
