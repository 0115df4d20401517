// Which rule answers a text? exact beats contains, then priority, then the longest keyword; a follow rule never matches typed
// text, a default rule only where no other does. Compiled once per company, asked once per message.
import type { MessageRuleRow } from '../entities/index.ts'

export type MatchKind = 'exact' | 'contains' | 'subscribe' | 'scan' | 'menu' | 'default'
export type Rule = { id: string, accountId: string | null, priority: number, kind: MatchKind, keywords: string[], text: string, order: number }
export type Matcher = {
  text: (accountId: string, text: string) => Rule | null
  /** A rule that names the event's key goes before one that takes any. */
  event: (accountId: string, event: { name: string, key: string, scene?: string }) => Rule | null
}

export const normalise = (text: string) => text.normalize('NFKC').trim().toLowerCase()

export function readRule(row: MessageRuleRow, order: number): Rule {
  const action = JSON.parse(row.action) as { text?: string }
  return {
    id: row.message_rule_id, accountId: row.account_id, priority: row.priority, kind: row.match_kind as MatchKind,
    keywords: (JSON.parse(row.keywords) as string[]).map(normalise).filter(Boolean), text: action.text ?? '', order,
  }
}

const kindOfEvent: Record<string, MatchKind> = { subscribe: 'subscribe', scan: 'scan', click: 'menu', scancode_waitmsg: 'menu' }
const better = (a: Rule, b: Rule) => b.priority - a.priority || a.order - b.order
const serves = (rule: Rule, accountId: string) => rule.accountId === null || rule.accountId === accountId

export function compileRules(rows: MessageRuleRow[]): Matcher {
  const rules = rows.filter((row) => row.enabled === 1).map(readRule).sort(better)
  const exact = new Map<string, Rule[]>()
  for (const rule of rules.filter((one) => one.kind === 'exact')) {
    for (const keyword of rule.keywords) exact.set(keyword, [...exact.get(keyword) ?? [], rule])
  }
  const contains = rules.filter((rule) => rule.kind === 'contains')
    .flatMap((rule) => rule.keywords.map((keyword) => ({ keyword, rule })))
    .sort((a, b) => b.rule.priority - a.rule.priority || b.keyword.length - a.keyword.length || a.rule.order - b.rule.order)
  const first = (kind: MatchKind, accountId: string) => rules.find((rule) => rule.kind === kind && serves(rule, accountId)) ?? null

  return {
    text: (accountId, typed) => {
      const text = normalise(typed)
      return exact.get(text)?.find((rule) => serves(rule, accountId))
        ?? contains.find(({ keyword, rule }) => serves(rule, accountId) && text.includes(keyword))?.rule
        ?? first('default', accountId)
    },
    event: (accountId, { name, key, scene }) => {
      const kind = kindOfEvent[name]
      if (!kind) return null
      const asked = normalise(scene ?? key)
      const fitting = rules.filter((rule) => rule.kind === kind && serves(rule, accountId))
      return fitting.find((rule) => rule.keywords.includes(asked)) ?? fitting.find((rule) => kind === 'subscribe' || rule.keywords.length === 0) ?? null
    },
  }
}
