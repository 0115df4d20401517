// Finds sessions and customers that the caller may see. What they may not see is treated as if it
// did not exist.
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import { queued } from '../../../rules/session/states.ts'
import type { Needs, Unit } from '../../ports.ts'
import { supervises, type Me } from './caller.ts'
import { exclusiveOf } from './exclusive.ts'
import { notFound } from './refuse.ts'
import { mayServe, servingOf } from './serving.ts'

/** Returns the session if the caller may see it, or may read all sessions of its customer. */
export async function getVisible(needs: Needs<'store'>, me: Me, id: string): Promise<SessionRow> {
  const { read } = needs.store
  const session = await read.sessions.find(me.companyId, id)
  if (!session) throw notFound()
  if (await seesSession(read, me, session)) return session
  const customer = await read.customers.find(me.companyId, session.wx_user_id)
  if (customer && (await readsCustomer(read, me, customer))) return session
  throw notFound()
}

/**
 * Whoever may see a customer's open session (or, if none is open, the newest) may read all of their
 * sessions. So may the exclusive agent.
 */
export async function readsCustomer(unit: Unit, me: Me, customer: CustomerRow): Promise<boolean> {
  if (supervises(me) || (await isExclusive(unit, me, customer))) return true
  const session = await unit.sessions.currentOf(me.companyId, customer.wx_user_id)
  return session !== null && seesSession(unit, me, session)
}

/**
 * Whether the caller is the customer's exclusive agent, which counts only while they serve the
 * account.
 */
export const isExclusive = async (unit: Unit, me: Me, customer: CustomerRow): Promise<boolean> =>
  customer.customer_service_uid === me.uid && (await exclusiveOf(unit, customer)) === me.uid

/**
 * A person sees sessions that they have, had or are a member of, and those that they may claim from
 * the queue. Supervisors see all sessions of the company.
 */
async function seesSession(unit: Unit, me: Me, session: SessionRow): Promise<boolean> {
  if (supervises(me) || session.uid === me.uid) return true
  const { session_id: id, state } = session
  if (state === queued && mayServe(session, await servingOf(unit, me.uid))) return true
  return (
    (await unit.sessions.wasOwner(me.companyId, id, me.uid)) ||
    (await unit.members.isMember(me.companyId, id, me.uid)) ||
    (await wasNobodys(unit, me, session))
  )
}

/**
 * A missed session that ended without an owner, as one that timed out in the queue, belonged to
 * nobody, so everyone who serves the account may look after it.
 */
async function wasNobodys(unit: Unit, me: Me, session: SessionRow): Promise<boolean> {
  if (session.open_key !== null || session.uid !== null) return false
  if ((await unit.missed.find(me.companyId, session.session_id)) === null) return false
  return (await unit.users.identity(session.account_id, me.uid)) !== null
}
