// Reads everything that a batch needs before it decides. Rows are locked customer first, then
// session. Who is free and who waits is read afterwards, once it is known which pushes may open a
// session.
import type { Needs, Unit } from '../../ports.ts'
import type { BatchFacts } from './decide/facts.ts'
import { findRule } from './decide/find-rule.ts'
import { lockAsked } from './load-asked.ts'
import { lockCustomers } from './load-customers.ts'
import { loadPlaces } from './load-places.ts'
import { loadRoster } from './load-roster.ts'
import { loadReceptions, loadVisits } from './load-visits.ts'
import { hasCustomer, type NewPush } from './decide/push.ts'

/**
 * The pushes whose facts are loaded. With `alone`, loading waits for rows that somebody else has
 * locked; without it, their customers are reported as busy.
 */
type PushesToLoad = { pushes: NewPush[]; alone: boolean }

export async function loadFacts(
  { clock, ids, queue }: Needs<'clock' | 'ids' | 'queue'>,
  unit: Unit,
  { pushes: all, alone }: PushesToLoad,
): Promise<BatchFacts> {
  const at = clock.now()
  const pushes = all.filter(hasCustomer)
  const { customers, busy } = await lockCustomers(unit, pushes, { ids, at, alone })
  const asked = await lockAsked(unit, pushes)
  const found = new Map(
    pushes.flatMap((push) => {
      const rule = findRule(push, at)
      return rule ? [[push, rule] as const] : []
    }),
  )
  const visits = await loadVisits(unit, pushes, customers)
  for (const [key, known] of visits.size > 0 ? customers : []) {
    customers.set(key, { ...known, visit: visits.get(known.customer.wx_user_id) ?? null })
  }
  const receptions = await loadReceptions(unit, pushes, customers)
  const known = { at, customers, found, receptions }
  const roster = await loadRoster(unit, pushes, known)
  const places = await loadPlaces({ queue, unit }, pushes, known)
  return { ids, ...known, ...roster, busy, asked, places, opened: new Map() }
}
