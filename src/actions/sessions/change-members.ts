// Group chats: the owner of a session, or a supervisor, asks other people in. Members can read the
// whole session and write in it as long as they are members. The owner stays the owner.
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import type { Unit } from '../../ports.ts'
import { refuseDisabled, unknownName } from '../access/new-owner.ts'
import type { Me } from '../access/caller.ts'
import { lockBoth } from '../access/lock.ts'
import { mayStep, refuse } from '../access/refuse.ts'
import { commitStep, type Committed } from '../transition/commit-step.ts'
import { takeStep, type Step } from '../transition/take-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'

export type MembersInput = { sessionId: string; uids: number[]; fence?: number | undefined }
type MembersChanged = { session: SessionRow; changed: Committed | null }

export async function addMembers(
  needs: TellNeeds,
  me: Me,
  { sessionId, uids, fence }: MembersInput,
): Promise<SessionRow> {
  return tellMembers(
    needs,
    await needs.store.work('rest', async (unit): Promise<MembersChanged> => {
      const { customer, session } = await lockBoth(unit, me.companyId, sessionId)
      const who = await mayStep(unit, me, { session, event: 'join', fence })
      const present = await membersOf(unit, session)
      const fresh = (await getPeople(unit, me, uids)).filter(
        (uid) => uid !== session.uid && !present.includes(uid),
      )
      if (fresh.length === 0) return { session, changed: null }

      const at = needs.clock.now()
      const moved = takeStep(session, {
        event: 'join',
        who,
        actor: agentActor(me.uid),
        reason: 'joined',
        at,
      })
      unit.members.add(
        fresh.map((uid) => ({
          session_id: sessionId,
          uid,
          company_id: me.companyId,
          added_by: me.uid,
          joined_at: at,
          left_at: null,
        })),
      )
      const how = { customer, says: 'session.joined', heardBy: fresh }
      return { session: moved.session, changed: await commitStep(needs, unit, { moved, ...how }) }
    }),
  )
}

/** The owner and supervisors can remove any member; members can only remove themselves. */
export async function removeMembers(
  needs: TellNeeds,
  me: Me,
  { sessionId, uids, fence }: MembersInput,
): Promise<SessionRow> {
  return tellMembers(
    needs,
    await needs.store.work('rest', async (unit): Promise<MembersChanged> => {
      const { customer, session } = await lockBoth(unit, me.companyId, sessionId)
      const who = await mayStep(unit, me, { session, event: 'leave', fence })
      if (who === 'member' && uids.some((uid) => uid !== me.uid)) refuse('not_owner')
      const present = await membersOf(unit, session)
      const leaving = present.filter((uid) => uids.includes(uid))
      if (leaving.length === 0) return { session, changed: null }

      const by = { who, actor: agentActor(me.uid), reason: 'left' }
      const changed = await leaveGroup(needs, unit, { customer, session, present, leaving, by })
      return { session: changed.moved.session, changed }
    }),
  )
}

type Leave = {
  customer: CustomerRow
  session: SessionRow
  present: number[]
  leaving: number[]
  by: Pick<Step, 'who' | 'actor' | 'reason'>
}

export async function leaveGroup(
  needs: TellNeeds,
  unit: Unit,
  { customer, session, present, leaving, by }: Leave,
) {
  const at = needs.clock.now()
  const event = leaving.length === present.length ? 'dissolve' : 'leave'
  const moved = takeStep(session, { event, ...by, at })
  await unit.members.leave(session.session_id, leaving, at)
  return commitStep(needs, unit, { moved, customer, says: 'session.left', heardBy: leaving })
}

async function tellMembers(
  needs: TellNeeds,
  { session, changed }: MembersChanged,
): Promise<SessionRow> {
  if (changed) await tellStep(needs, changed)
  return session
}

export const membersOf = async (unit: Unit, session: SessionRow) =>
  (await unit.members.of(session.company_id, [session.session_id])).map((row) => row.uid)

async function getPeople(unit: Unit, me: Me, uids: number[]): Promise<number[]> {
  const distinct = [...new Set(uids)]
  const people = (await unit.users.byUids(distinct)).filter(
    (one) => one.company_id === me.companyId,
  )
  if (people.length < distinct.length) throw unknownName('uids', 'person')
  for (const one of people) refuseDisabled(one, 'uids')
  return distinct
}
