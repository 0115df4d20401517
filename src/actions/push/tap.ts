import { openBriefly, tapCountsAs } from '../../../rules/reply-window.ts'
import type { KnownCustomer } from '../../ports.ts'
import type { Day } from './day.ts'

/** An entry of a menu message: it arrives as a text, and opens the window of a tap. */
export function tap(day: Day, customer: KnownCustomer): void {
  const visit = day.visits.rows.get(customer.wx_user_id)
  if (!visit) return
  Object.assign(visit, openBriefly(visit, tapCountsAs, day.at))
  day.visits.changed.add(visit)
}
