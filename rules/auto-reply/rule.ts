// A rule in the form in which texts are compared with it, read from its database row; and the
// account and time for which rules are asked.
import type { MessageRuleRow } from '../../entities/index.ts'
import { readAction, type Action, type Deeds } from './action.ts'
import { isOn, readSchedule, type ReadSchedule, type Schedule } from '../time/schedule.ts'

export const matchKinds = [
  'exact',
  'contains',
  'prefix',
  'suffix',
  'regex',
  'all',
  'any',
  'subscribe',
  'scan',
  'menu',
  'default',
] as const
export type MatchKind = (typeof matchKinds)[number]

export type Rule = Deeds & {
  id: string
  name: string
  accountId: string | null
  priority: number
  kind: MatchKind
  /**
   * The keywords of the rule. They are emptied when the automaton that finds keywords in texts has
   * been built from them.
   */
  keywords: string[]
  pattern: string | null
  schedule: ReadSchedule | null
}
export type Moment = { accountId: string; now: number }
export type MatchOptions = { traditionalIsSimplified: boolean }

export function readRule(row: MessageRuleRow): Rule {
  return {
    id: row.message_rule_id,
    name: row.name,
    accountId: row.account_id,
    priority: row.priority,
    kind: row.match_kind as MatchKind,
    keywords: JSON.parse(row.keywords) as string[],
    pattern: row.pattern,
    ...readAction(JSON.parse(row.action) as Action),
    schedule: row.schedule === null ? null : readSchedule(JSON.parse(row.schedule) as Schedule),
  }
}

/** Whether the rule is meant for this account and is active at this time. */
export const serves = ({ accountId, schedule }: Rule, moment: Moment): boolean =>
  (accountId === null || accountId === moment.accountId) &&
  (schedule === null || isOn(schedule, moment.now))
