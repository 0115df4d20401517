import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import {
  decideStep,
  group,
  queued,
  relationTo,
  type Person,
  type SessionEvent,
} from '../../../rules/session/session.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { exclusiveOf } from './exclusive.ts'
import { mayServe, servingOf } from './serving.ts'

export type Me = { uid: number; companyId: string; role: 'agent' | 'supervisor' | 'admin' }

export const supervises = (me: Me) => me.role !== 'agent'

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

export const notFound = () => new AppError('not_found', 'There is no such thing in your company.')

const words: Partial<Record<ErrorCode, string>> = {
  session_not_open: "The session has ended; the customer's next message opens a new one.",
  session_moved: 'The session changed hands since you loaded it: load it again.',
  not_owner: 'The session belongs to another agent.',
  session_not_accepted: 'Accept the session first.',
  session_not_waiting: 'The session is not waiting to be accepted.',
  session_already_claimed: 'Another agent was faster, or the session has ended.',
}

export function refuse(code: ErrorCode): never {
  throw new AppError(code, words[code] ?? code)
}

export function refuseWrite(code: ErrorCode | null): void {
  if (code) refuse(code)
}

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

/** As the rules want to know him. */
export const person = (me: Me): Person => ({ uid: me.uid, supervises: supervises(me) })

/** The same in a session that may be a group chat. */
export async function personIn(unit: Unit, me: Me, session: SessionRow): Promise<Person> {
  if (session.state !== group || session.uid === me.uid) return person(me)
  return {
    ...person(me),
    isMember: await unit.members.isMember(me.companyId, session.session_id, me.uid),
  }
}

/** Refuses before anything else is looked at, in the table's order. Answers how he stands to the session. */
export async function mayStep(
  unit: Unit,
  me: Me,
  {
    session,
    event,
    fence,
  }: { session: SessionRow; event: SessionEvent; fence?: number | undefined },
) {
  const who = relationTo(session, await personIn(unit, me, session))
  const decided = decideStep(session, { event, who, fence })
  if (typeof decided === 'string') refuse(decided)
  return who
}

export async function refuseUnbound(unit: Unit, session: SessionRow): Promise<void> {
  const account = await unit.accounts.find(session.company_id, session.account_id)
  if (account?.binding === 'direct' || account?.binding === 'platform') return
  throw new AppError(
    'account_not_bound',
    'The account is not bound: an admin binds it under accounts.',
  )
}
