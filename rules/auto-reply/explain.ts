// Explains why a rule answered a text and why the others did not. It uses the result of the same
// matching pass that decides in production.
import { isEvent } from './event-rules.ts'
import { isOn } from '../time/schedule.ts'
import type { Found, Matcher } from './keyword.ts'
import type { Moment, Rule } from './rule.ts'

/**
 * How a rule fared with a text: it won, how it lost against the winner, or why it did not match at
 * all.
 */
export type RuleWhy =
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
export type Considered = { rule: Rule; matches: boolean; keyword: string | null; why: RuleWhy }
export type Explanation = { found: Found | null; considered: Considered[] }

/**
 * `live` is the matcher of the rules that are in use, `disabled` one of the rules that are switched
 * off. At most `most` rules are listed, the matching ones first.
 */
export function explain(
  { live, disabled }: { live: Matcher; disabled: Matcher },
  text: string,
  { moment, most }: { moment: Moment; most: number },
): Explanation {
  const found = live.text(text, moment)
  const { found: all, skipped } = live.all(text, null)
  const asked = all.map((one): Considered => ({
    rule: one.rule,
    matches: true,
    keyword: one.match?.keyword ?? null,
    why: whyNot(one, found, moment),
  }))
  const off = disabled.all(text, null).found.map((one): Considered => ({
    rule: one.rule,
    matches: true,
    keyword: one.match?.keyword ?? null,
    why: 'disabled',
  }))
  const told = new Set([...all, ...off].map(({ rule }) => rule.id))
  const dear = new Set(skipped.map((rule) => rule.id))
  const unusable = new Set([...live.unusable, ...disabled.unusable].map(({ id }) => id))
  const silent = [...live.rules, ...disabled.rules]
    .filter((rule) => !told.has(rule.id))
    .map((rule): Considered => ({
      rule,
      matches: false,
      keyword: null,
      why: whySilent(rule, { dear, unusable }),
    }))
  return { found, considered: [...asked, ...off, ...silent].slice(0, most) }
}

function whySilent(
  { id, kind }: Rule,
  { dear, unusable }: { dear: Set<string>; unusable: Set<string> },
): RuleWhy {
  if (unusable.has(id)) return 'unusable'
  if (dear.has(id)) return 'text_too_long'
  return isEvent(kind) ? 'not_for_texts' : 'no_match'
}

function whyNot(one: Found, won: Found | null, { accountId, now }: Moment): RuleWhy {
  const { rule } = one
  if (rule.id === won?.rule.id) return 'won'
  if (rule.accountId !== null && rule.accountId !== accountId) return 'other_account'
  if (rule.schedule !== null && !isOn(rule.schedule, now)) return 'not_now'
  return won ? whyBehind(one, won) : 'no_match'
}

function whyBehind({ rule, match }: Found, won: Found): RuleWhy {
  if (match?.band !== won.match?.band) return 'weaker_kind'
  if (rule.priority !== won.rule.priority) return 'lower_priority'
  return match?.length !== won.match?.length ? 'shorter' : 'younger'
}
