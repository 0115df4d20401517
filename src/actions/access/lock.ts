import type { SessionRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'
import { notFound } from './refuse.ts'

/** Locks the customer first, then the session: the one order of every action on a session. */
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
