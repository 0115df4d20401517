// Decides which rule answers a text. An exact match wins over a keyword inside the text, and that
// over a pattern; then the higher priority wins, then the longest match, then the older rule. A
// follow rule never answers typed text, and the default rule answers only if no other rule does.
// Rules are compiled once per company and asked once per message; the rule lab gets its
// explanations from the same pass.
import type { MessageRuleRow } from '../../entities/index.ts'
import { openEvents, type EventKind } from './event-rules.ts'
import { compileTexts, type TextMatch } from './text-rules.ts'
import { readRule, type MatchOptions, type Moment, type Rule } from './rule.ts'

export type Found = { rule: Rule; match: TextMatch | null }

export type Unusable = { id: string; name: string; why: string }

export type Matcher = {
  text: (text: string, moment: Moment) => Found | null
  event: (kind: EventKind, key: string, moment: Moment) => Found | null
  /**
   * All rules that would have answered the text on their own, best first, and the rules whose
   * pattern was too expensive to try. If `moment` is null, accounts and schedules are ignored.
   */
  all: (text: string, moment: Moment | null) => { found: Found[]; skipped: Rule[] }
  rules: Rule[]
  /** Rules that cannot be used. They never answer, and the admin is told about them. */
  unusable: Unusable[]
  keywords: number
  bytes: number
  normalise: (text: string) => string
}

type Read = { rules: Rule[]; unusable: Unusable[] }

function* inOrder(rows: MessageRuleRow[]): Generator<void, Read> {
  const rules: Rule[] = []
  const unusable: Unusable[] = []
  for (const [at, row] of rows.entries()) {
    if (row.enabled === 1) {
      try {
        rules.push(readRule(row))
      } catch (error) {
        unusable.push({
          id: row.message_rule_id,
          name: row.name,
          why: `It cannot be read: ${String(error)}`,
        })
      }
    }
    if (at % 1000 === 999) yield
  }
  return { rules: rules.sort((a, b) => b.priority - a.priority), unusable }
}

export function compileRules(rows: MessageRuleRow[], options?: MatchOptions): Matcher {
  const steps = compiling(rows, options)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/**
 * Compiles the rules of a company in steps, so that a process that compiles many of them can answer
 * requests in between.
 */
export function* compiling(
  rows: MessageRuleRow[],
  options: MatchOptions = { traditionalIsSimplified: true },
): Generator<void, Matcher> {
  const { rules, unusable } = yield* inOrder(rows)
  const texts = yield* compileTexts(rules, options)
  const events = openEvents(rules)
  // the keywords are in the automaton now, so this copy of them can be freed
  for (const rule of rules) rule.keywords = []
  const found = (match: TextMatch | null): Found | null => {
    const rule = match && rules[match.rule]
    return rule ? { rule, match } : null
  }
  const leftOut = texts.leftOut.flatMap(({ rule: at, why }) => {
    const rule = rules[at]
    return rule ? [{ id: rule.id, name: rule.name, why }] : []
  })
  return {
    rules,
    unusable: [...unusable, ...leftOut],
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
