import type * as wire from 'kefu-wire'
import type { MessageRuleRow } from '../../entities/index.ts'
import type { Action } from '../../rules/auto-reply/action.ts'
import type { MatchKind } from '../../rules/auto-reply/rule.ts'
import type { Schedule } from '../../rules/time/schedule.ts'
import { presentTime } from './times.ts'

/**
 * How often a rule answered: in total, today and on the 30 days before (`recent`), and on which day
 * last. The counts are a few seconds behind.
 */
export type Hits = { total: number; recent: number; lastDay: number }

export const presentRule = (row: MessageRuleRow, hits?: Hits): wire.Rule => ({
  id: row.message_rule_id,
  name: row.name,
  accountId: row.account_id,
  enabled: row.enabled === 1,
  priority: row.priority,
  match: {
    kind: row.match_kind as MatchKind,
    keywords: JSON.parse(row.keywords) as string[],
    ...(row.pattern !== null && { pattern: row.pattern }),
  },
  action: JSON.parse(row.action) as Action,
  schedule: presentSchedule(row),
  hits: {
    total: hits?.total ?? 0,
    recent: hits?.recent ?? 0,
    lastDay: hits ? presentTime(hits.lastDay * 24 * 3600_000).slice(0, 10) : null,
  },
  createdAt: presentTime(row.add_time),
  updatedAt: presentTime(row.update_time),
})

function presentSchedule(row: MessageRuleRow): wire.Schedule | null {
  if (row.schedule === null) return null
  const { validFrom, validUntil, ...rest } = JSON.parse(row.schedule) as Schedule
  return {
    ...rest,
    ...(validFrom !== undefined && { validFrom: presentTime(validFrom) }),
    ...(validUntil !== undefined && { validUntil: presentTime(validUntil) }),
  }
}
