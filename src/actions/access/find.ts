// What a caller may see. What they may not is not there for them.
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import { queued } from '../../../rules/session/session.ts'
import type { Needs, Unit } from '../../ports.ts'
import { supervises, type Me } from './caller.ts'
import { exclusiveOf } from './exclusive.ts'
import { notFound } from './refuse.ts'
import { mayServe, servingOf } from './serving.ts'

/** Found and visible: a session one may see, or another of a customer whom one may read. */
export async function getVisible(needs: Needs<'store'>, me: Me, id: string): Promise<SessionRow> {
  const { read } = needs.store
  const session = await read.sessions.find(me.companyId, id)
  if (!session) throw notFound()
  if (await seesSession(read, me, session)) return session
  const customer = await read.customers.find(me.companyId, session.wx_user_id)
  if (customer && (await readsCustomer(read, me, customer))) return session
  throw notFound()
}

/** Whoever sees the open session of a customer, or else the newest, reads all of them; so does the exclusive agent. */
export async function readsCustomer(unit: Unit, me: Me, customer: CustomerRow): Promise<boolean> {
  if (supervises(me) || (await isExclusive(unit, me, customer))) return true
  const session = await unit.sessions.currentOf(me.companyId, customer.wx_user_id)
  return session !== null && seesSession(unit, me, session)
}

/** While they serve the account. */
export const isExclusive = async (unit: Unit, me: Me, customer: CustomerRow): Promise<boolean> =>
  customer.customer_service_uid === me.uid && (await exclusiveOf(unit, customer)) === me.uid

/** What one has, had or is a member of, the queue one may claim from, all of the company for supervisors. */
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

/** Missed while it queued: whoever serves the account may see to it. */
async function wasNobodys(unit: Unit, me: Me, session: SessionRow): Promise<boolean> {
  if (session.open_key !== null || session.uid !== null) return false
  if ((await unit.missed.find(me.companyId, session.session_id)) === null) return false
  return (await unit.users.identity(session.account_id, me.uid)) !== null
}
