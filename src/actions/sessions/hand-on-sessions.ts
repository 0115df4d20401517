// Hands on everything that a disabled person has: their sessions, those that wait for them alone,
// and their places in group chats. Each one is a transaction of its own, so that no lock is held
// for long. If the process dies, the job `hand-on` continues.
import { laneFor } from '../../../rules/session/pools.ts'
import { namedBy, receives, type NamedReceiver } from '../../../rules/session/reception.ts'
import { privateLane } from '../../../rules/session/lane.ts'
import { rankFor } from '../../../rules/session/routing.ts'
import { isOwned } from '../../../rules/session/session.ts'
import { group, queued } from '../../../rules/session/states.ts'
import { waitedSince } from '../../../rules/session/timers.ts'
import { agentActor, jobActor } from '../../../rules/session/actor.ts'
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import { isAppError } from '../../errors.ts'
import type { KnownCompany, Unit } from '../../ports.ts'
import { leaveGroup, membersOf } from './change-members.ts'
import { findHeir } from '../queue/heir.ts'
import { lockBoth } from '../access/lock.ts'
import { askedFor } from '../queue/roster.ts'
import { commitStep, type Committed } from '../transition/commit-step.ts'
import { takeStep, type StepAim } from '../transition/take-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'

/**
 * A disabled person and what becomes of their sessions: `to` is `queue`, `deputies` or the uid of
 * another person. `by` is the admin who disabled them, if known.
 */
export type Leaver = { uid: number; to: string; by: number | null }
type LeavingAgent = { company: KnownCompany; leaver: Leaver }
type HandedOn = Committed | null

const pageSize = 200
/**
 * How long the call that disables a person hands on their sessions; those that are left then are
 * handed on by a job.
 */
const worksForMs = 20_000
const reason = 'agent_disabled'

/**
 * Hands on the sessions of a disabled person. Returns their number, including those for which the
 * time was not enough and which a job hands on.
 */
export async function handOnSessions(
  needs: TellNeeds,
  companyId: string,
  leaver: Leaver,
): Promise<number> {
  const company = await needs.known.anew(companyId)
  if (!company) return 0
  const { agentSessions, members } = needs.store.read
  const { uid } = leaver
  const leaving = { company, leaver }
  const until = needs.clock.mono() + worksForMs
  const walk = async (
    next: (page: { after: string; limit: number }) => Promise<{ session_id: string }[]>,
    take: (id: string) => Promise<number>,
  ) => {
    let taken = 0
    for (let after = ''; needs.clock.mono() < until;) {
      const rows = await next({ after, limit: pageSize })
      for (const { session_id: id } of rows) taken += await take(id)
      if (rows.length < pageSize) break
      after = rows.at(-1)?.session_id ?? ''
    }
    return taken
  }

  const handOn = (id: string) => handOnOne(needs, leaving, id)
  const owned = await walk((page) => agentSessions.heldBy(companyId, uid, page), handOn)
  const reserved = await walk(
    (page) => agentSessions.queuedFor(companyId, privateLane(uid), page),
    handOn,
  )
  await walk(
    (page) => members.groupsOf(companyId, uid, page),
    (id) => quietly(needs, id, () => leaveOne(needs, leaving, id)),
  )
  return owned + reserved + (await agentSessions.countHeld(companyId, uid, privateLane(uid)))
}

/**
 * Hands on one session. If that fails, the error is logged and the next one follows, so that it
 * does not delay them; a job tries it again.
 */
async function quietly(
  needs: TellNeeds,
  sessionId: string,
  take: () => Promise<HandedOn>,
): Promise<number> {
  try {
    const done = await take()
    if (!done) return 0
    await tellStep(needs, done)
    return 1
  } catch (error) {
    needs.log.warn(
      { sessionId, error: String(error) },
      'a session of a disabled person could not be handed on; the job tries again',
    )
    return 0
  }
}

/**
 * Hands on one session. If the agent chosen for it turns out to have no room, the next one is
 * chosen, and the full one is not tried again for this session.
 */
function handOnOne(needs: TellNeeds, leaving: LeavingAgent, id: string): Promise<number> {
  const full = new Set<number>()
  return quietly(needs, id, async () => {
    for (;;) {
      const asked = { heir: null as number | null }
      try {
        return await needs.store.work('rest', (unit) =>
          decideOne(needs, unit, { ...leaving, id, full, asked }),
        )
      } catch (error) {
        if (asked.heir === null || !isAppError(error, 'agent_at_capacity')) throw error
        full.add(asked.heir)
      }
    }
  })
}

type OneToHandOn = LeavingAgent & { id: string; full: Set<number>; asked: { heir: number | null } }

async function decideOne(
  needs: TellNeeds,
  unit: Unit,
  { company, leaver, id, full, asked }: OneToHandOn,
): Promise<HandedOn> {
  const both = await lockBoth(unit, company.row.company_id, id)
  const { customer, session } = both
  if (!isTheirs(session, leaver.uid) || !(await isGone(unit, company, leaver))) return null

  const at = needs.clock.now()
  const uids = (await mayInherit(unit, leaver)).filter((uid) => !full.has(uid))
  asked.heir = await findHeir(unit, { company, session, uids, at })
  const aim =
    asked.heir === null
      ? await toQueue(unit, { company, leaver, at, ...both })
      : await toPerson(unit, session, asked.heir)
  const moved = takeStep(session, { ...aim, who: 'job', actor: actorOf(leaver), reason, at })
  const says = asked.heir === null ? 'session.queued' : 'session.transferred'
  return commitStep(needs, unit, { moved, customer, says })
}

const actorOf = ({ by }: Leaver) => (by === null ? jobActor('hand-on') : agentActor(by))

const isTheirs = ({ state, uid, lane }: SessionRow, leaver: number) =>
  isOwned(state) ? uid === leaver : state === queued && lane === privateLane(leaver)

/**
 * Whether the person is still disabled. If they have been enabled again meanwhile, they keep their
 * sessions.
 */
const isGone = async (unit: Unit, { row }: KnownCompany, { uid }: Leaver) =>
  (await unit.users.find(row.company_id, uid))?.enabled === 0

async function mayInherit(unit: Unit, { uid, to }: Leaver): Promise<number[]> {
  if (to === 'deputies') return unit.users.deputyUids(uid)
  return to === 'queue' ? [] : [Number(to)]
}

async function toPerson(unit: Unit, session: SessionRow, uid: number): Promise<StepAim> {
  const identity = await unit.users.identity(session.account_id, uid)
  return {
    event: 'handOnTo',
    kind: 'user',
    owner: { uid, customerServiceId: identity?.customer_service_id ?? null },
  }
}

type LeftCustomer = LeavingAgent & { customer: CustomerRow; session: SessionRow; at: number }

/**
 * Where a session of the disabled person is queued. One that was queued already keeps its rank; any
 * other gets the rank that it would have if it had been queued since its customer began to wait.
 */
async function toQueue(unit: Unit, placing: LeftCustomer): Promise<StepAim> {
  const { company, customer, session } = placing
  const lane = await laneWithout(unit, placing)
  if (session.state === queued) return { event: 'moveLane', place: { lane } }
  const rank = rankFor(customer, company.settings.windowFirst, waitedSince(session))
  return { event: 'handOn', place: { lane, rank } }
}

/**
 * The lane in which a session of this customer would be queued if the disabled person did not
 * exist.
 */
async function laneWithout(
  unit: Unit,
  { company, leaver, customer, session, at }: LeftCustomer,
): Promise<string> {
  const exclusive = customer.customer_service_uid
  const named = await namedFor(unit, customer, at)
  return laneFor({
    ...askedFor({ account: session, company }, { exclusive, named }),
    except: leaver.uid,
  })
}

async function namedFor(unit: Unit, customer: CustomerRow, at: number): Promise<NamedReceiver> {
  const { company_id: companyId, reception_id: id } = customer
  const [reception] = id === null ? [] : await unit.visits.receptions(companyId, [id])
  return reception && receives(reception, at) ? namedBy(reception) : { kind: 'other' }
}

/** The person leaves a group chat that somebody else owns; it goes on without them. */
function leaveOne(
  needs: TellNeeds,
  { company, leaver }: LeavingAgent,
  id: string,
): Promise<HandedOn> {
  return needs.store.work('rest', async (unit) => {
    const { customer, session } = await lockBoth(unit, company.row.company_id, id)
    const present = session.state === group ? await membersOf(unit, session) : []
    if (!present.includes(leaver.uid) || !(await isGone(unit, company, leaver))) return null
    return leaveGroup(needs, unit, {
      customer,
      session,
      present,
      leaving: [leaver.uid],
      by: { who: 'job', actor: actorOf(leaver), reason },
    })
  })
}
