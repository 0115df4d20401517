import type { SessionRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'
import { notFound } from './refuse.ts'

/**
 * Locks the customer before the session. Every action on a session uses this order, so that two
 * actions cannot block each other forever.
 */
export async function lockBoth(unit: Unit, companyId: string, sessionId: string) {
  const seen = await unit.sessions.find(companyId, sessionId)
  if (!seen) throw notFound()
  return lockSeen(unit, seen)
}

export async function lockSeen(unit: Unit, seen: SessionRow) {
  const customer = await unit.customers.lock(seen.company_id, seen.wx_user_id)
  const session = customer && (await unit.sessions.lock(seen.company_id, seen.session_id))
  if (!session) throw notFound()
  return { customer, session }
}
