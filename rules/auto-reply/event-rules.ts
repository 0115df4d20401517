// Rules that answer what a follower does rather than types: follows, scans a code, taps a menu. The
// keys come from WeChat and must match exactly.
import { serves, type Moment, type Rule } from './rule.ts'

export type EventKind = 'subscribe' | 'scan' | 'menu'
export const isEvent = (kind: Rule['kind']): kind is EventKind =>
  kind === 'subscribe' || kind === 'scan' || kind === 'menu'

/**
 * Finds the rule that answers a follow, a scan or a tap. A rule that names the event's key is
 * preferred to a rule that accepts any key.
 */
export function openEvents(
  rules: Rule[],
): (kind: EventKind, key: string, moment: Moment) => Rule | null {
  const named = new Map<string, Rule[]>()
  const any: Record<EventKind, Rule[]> = { subscribe: [], scan: [], menu: [] }
  for (const rule of rules) {
    if (!isEvent(rule.kind)) continue
    if (rule.keywords.length === 0 || rule.kind === 'subscribe') any[rule.kind].push(rule)
    else for (const key of rule.keywords) push(named, `${rule.kind} ${key}`, rule)
  }
  return (kind, key, moment) => {
    const speaks = (rule: Rule) => serves(rule, moment)
    return named.get(`${kind} ${key}`)?.find(speaks) ?? any[kind].find(speaks) ?? null
  }
}

function push(lists: Map<string, Rule[]>, key: string, rule: Rule): void {
  const list = lists.get(key)
  if (list) list.push(rule)
  else lists.set(key, [rule])
}
