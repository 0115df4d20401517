// Which rule answers? exact beats contains beats pattern, then priority, then the longest match, then the older rule. A follow rule
// never matches typed text, a default rule only where no other does. Compiled once per company, asked once per message; what the
// lab explains comes from the same pass.
import type { MessageRuleRow } from '../entities/index.ts'
import { openEvents, type EventKind } from './event-rules.ts'
import { compileTexts, type Match } from './text-rules.ts'
import { readRule, type MatchOptions, type Moment, type Rule } from './rule.ts'

export type Found = { rule: Rule; match: Match | null }

export type Matcher = {
  text: (text: string, moment: Moment) => Found | null
  event: (kind: EventKind, key: string, moment: Moment) => Found | null
  /** Every rule that would have answered the text alone, the best first; and those whose pattern was too dear to try. null: anywhere, anytime. */
  all: (text: string, moment: Moment | null) => { found: Found[]; skipped: Rule[] }
  rules: Rule[]
  keywords: number
  bytes: number
  normalise: (text: string) => string
}

function* inOrder(rows: MessageRuleRow[]): Generator<void, Rule[]> {
  const rules: Rule[] = []
  for (const row of rows) {
    if (row.enabled === 1) rules.push(readRule(row))
    if (rules.length % 1000 === 999) yield
  }
  return rules.sort((a, b) => b.priority - a.priority)
}

export function compileRules(rows: MessageRuleRow[], options?: MatchOptions): Matcher {
  const steps = compiling(rows, options)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The same in steps, so that a process that compiles many goes on answering. */
export function* compiling(
  rows: MessageRuleRow[],
  options: MatchOptions = { traditionalIsSimplified: true },
): Generator<void, Matcher> {
  const rules = yield* inOrder(rows)
  const texts = yield* compileTexts(rules, options)
  const events = openEvents(rules)
  // in the automaton by now
  for (const rule of rules) rule.keywords = []
  const found = (match: Match | null): Found | null => {
    const rule = match && rules[match.rule]
    return rule ? { rule, match } : null
  }
  return {
    rules,
    keywords: texts.keywords,
    bytes: texts.bytes,
    normalise: texts.normalise,
    text: (text, moment) => found(texts.best(text, moment)),
    all: (text, moment) => {
      const { matches, skipped } = texts.all(text, moment)
      return {
        found: matches.map(found).filter((one) => one !== null),
        skipped: skipped.flatMap((at) => rules[at] ?? []),
      }
    },
    event: (kind, key, moment) => {
      const rule = events(kind, key, moment)
      return rule && { rule, match: null }
    },
  }
}
