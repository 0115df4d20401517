// Describes the person who makes a call in the form in which the rules ask about people.
import type { SessionRow } from '../../../entities/index.ts'
import { type ActingPerson } from '../../../rules/session/session.ts'
import { group } from '../../../rules/session/states.ts'
import type { Unit } from '../../ports.ts'

export type Me = { uid: number; companyId: string; role: 'agent' | 'supervisor' | 'admin' }

export const supervises = (me: Me) => me.role !== 'agent'

/**
 * The signed-in person in the form in which the rules ask about people: the uid, and whether they
 * may supervise.
 */
export const person = (me: Me): ActingPerson => ({ uid: me.uid, supervises: supervises(me) })

/**
 * The signed-in person in the form in which the rules ask about people, and whether they are a
 * member of this session's group chat.
 */
export async function personIn(unit: Unit, me: Me, session: SessionRow): Promise<ActingPerson> {
  if (session.state !== group || session.uid === me.uid) return person(me)
  return {
    ...person(me),
    isMember: await unit.members.isMember(me.companyId, session.session_id, me.uid),
  }
}
