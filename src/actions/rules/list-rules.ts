import { dayMs } from '../../../rules/session/timers.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { presentRule, type Hits } from '../../views/rule.ts'
import { noRule } from './save-rule.ts'

const recentDays = 30
export const recentSince = ({ clock }: Needs<'clock'>) =>
  Math.floor(clock.now() / dayMs) - recentDays

export async function hitsOf(
  needs: Needs<'store' | 'clock'>,
  ruleIds: string[],
): Promise<Map<string, Hits>> {
  if (ruleIds.length === 0) return new Map()
  const rows = await needs.store.read.rules.hits(ruleIds, recentSince(needs))
  return new Map(
    rows.map((row) => [
      row.message_rule_id,
      { total: Number(row.total), recent: Number(row.recent), lastDay: row.last_day },
    ]),
  )
}

export async function listRules(
  needs: Needs<'store' | 'clock'>,
  me: Me,
  {
    cursor,
    limit,
    search = '',
  }: { cursor?: string | undefined; limit: number; search?: string | undefined },
) {
  const rows = await needs.store.read.rules.page(me.companyId, {
    search,
    after: placeOf(cursor),
    limit: limit + 1,
  })
  const some = rows.slice(0, limit)
  const hits = await hitsOf(
    needs,
    some.map((row) => row.message_rule_id),
  )
  const last = some.at(-1)
  return {
    items: some.map((row) => presentRule(row, hits.get(row.message_rule_id))),
    next: rows.length > limit && last ? `${last.priority}.${last.message_rule_id}` : null,
  }
}

function placeOf(cursor: string | undefined): { priority: number; id: string } | undefined {
  if (cursor === undefined) return undefined
  const [, priority, id] = /^(-?\d{1,7})\.([0-9a-f]{32})$/.exec(cursor) ?? []
  if (priority === undefined || id === undefined) {
    throw new AppError('invalid_input', 'cursor: take the one that the last page gave as next.', {
      field: 'cursor',
    })
  }
  return { priority: Number(priority), id }
}

export async function getRule(needs: Needs<'store' | 'clock'>, me: Me, id: string) {
  const row = await needs.store.read.rules.find(me.companyId, id)
  if (!row) throw noRule()
  return presentRule(row, (await hitsOf(needs, [id])).get(id))
}
