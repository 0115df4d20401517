// Assigns queued sessions to agents who have room, in the order of the queue: those in private
// lanes always, others only where the session rule assigns. Candidates are read without locks, and
// each is decided again under lock in its own transaction.
import { whoMatters, type Unassigned } from '../../../rules/session/pools.ts'
import type { StaffNow } from '../../../rules/session/staff.ts'
import { readLane } from '../../../rules/session/lane.ts'
import { presenceHoldsMs } from '../../../rules/session/presence.ts'
import { queued } from '../../../rules/session/states.ts'
import { assigns, sessionRuleAt, type Settings } from '../../../rules/settings.ts'
import { minuteMs } from '../../../rules/session/timers.ts'
import { jobActor } from '../../../rules/session/actor.ts'
import type { SessionRow } from '../../../entities/index.ts'
import type { KnownCompany, Unit } from '../../ports.ts'
import { lockBoth } from '../access/lock.ts'
import { askedFor, decideFor, loadPeople } from './roster.ts'
import { commitStep, type Committed } from '../transition/commit-step.ts'
import { takeStep } from '../transition/take-step.ts'
import { tellStep, type TellNeeds } from '../transition/tell-step.ts'

export type AssignNeeds = TellNeeds

const pageSize = 100
const mostPages = 20

/**
 * `returned` are agents who have just come back: customers who left their private lane and still
 * wait are given back to them.
 */
export async function assignQueued(
  needs: AssignNeeds,
  companyId: string,
  returned: number[] = [],
): Promise<{ assigned: number }> {
  const company = await needs.known.company(companyId)
  if (!company?.open) return { assigned: 0 }
  let assigned = 0
  for (const uid of returned) assigned += await handBack(needs, company, uid)
  const lanes = await lanesOf(needs, company)
  if (lanes.length > 0) assigned += await walk(needs, company, lanes)
  return { assigned }
}

async function lanesOf(
  { store }: AssignNeeds,
  { row: { company_id: companyId }, settings }: KnownCompany,
): Promise<string[]> {
  const own = await store.read.lanes.inPrivateLanes(companyId)
  if (!assigns(settings)) return own
  return [
    ...own,
    ...(await store.read.lanes.lanesInUse(companyId)).filter((lane) => isGiven(settings, lane)),
  ]
}

/** Whether sessions in this lane may be assigned automatically. */
function isGiven(settings: Settings, lane: string): boolean {
  const where = readLane(lane)
  if (where === null || where.kind === 'user') return false
  const groupId = where.kind === 'group' ? where.groupId : null
  return sessionRuleAt(settings, { accountId: where.accountId, groupId }) !== 'grab'
}

type AssignableRow = {
  session_id: string
  lane: string
  rank: number
  account_id: string
  customer_service_uid: number
}
type WalkSpot = { rank: number; id: string }

async function walk(needs: AssignNeeds, company: KnownCompany, lanes: string[]): Promise<number> {
  const people = await seen(needs, company)
  const all = await needs.store.read.accounts.list(company.row.company_id)
  const accounts = new Map(all.map((account) => [account.account_id, account]))
  const spots = new Map(lanes.map((lane) => [lane, { rank: -1, id: '' }]))
  let assigned = 0
  for (let page = 0; page < mostPages && spots.size > 0; page += 1) {
    for (const waiter of await nextPage(needs, company.row.company_id, spots)) {
      if (!anyRoom(people)) return assigned
      const account = accounts.get(waiter.account_id)
      const asked =
        account && askedOfWaiter({ account, company }, waiter.lane, waiter.customer_service_uid)
      if (
        !asked ||
        decideFor(asked, people, { at: needs.clock.now(), othersWait: () => false }).uid ===
          undefined
      ) {
        continue
      }
      assigned += await assignOne(needs, company, {
        sessionId: waiter.session_id,
        lane: waiter.lane,
      })
    }
  }
  return assigned
}

/** Reads the next sessions of all lanes, merged by rank. Lanes that are finished are removed. */
async function nextPage(
  { store }: AssignNeeds,
  companyId: string,
  spots: Map<string, WalkSpot>,
): Promise<AssignableRow[]> {
  const waiters: AssignableRow[] = []
  for (const [lane, spot] of [...spots]) {
    const some = await store.read.lanes.waiters(companyId, lane, { ...spot, limit: pageSize })
    const last = some.at(-1)
    if (last && some.length === pageSize) spots.set(lane, { rank: last.rank, id: last.session_id })
    else spots.delete(lane)
    waiters.push(...some)
  }
  return waiters.sort((a, b) => a.rank - b.rank || (a.session_id < b.session_id ? -1 : 1))
}

const anyRoom = (people: Map<number, StaffNow>) =>
  [...people.values()].some(({ load, capacity }) => load < capacity)

/**
 * Agents who are online and have room when they are read. They are not locked, so each is checked
 * again when a session is given.
 */
async function seen(
  { store, clock }: AssignNeeds,
  { row, staff }: KnownCompany,
): Promise<Map<number, StaffNow>> {
  const uids = await store.read.staff.free(row.company_id, clock.now() - presenceHoldsMs)
  const loads = new Map(
    uids.length > 0 ? (await store.read.loads.of(uids)).map((load) => [load.uid, load]) : [],
  )
  return new Map(
    staff.flatMap((one): [number, StaffNow][] => {
      const load = loads.get(one.uid)
      return load
        ? [
            [
              one.uid,
              {
                ...one,
                enabled: true,
                online: true,
                load: load.load,
                capacity: load.capacity,
                turn: load.turn,
              },
            ],
          ]
        : []
    }),
  )
}

/**
 * In a private lane a customer waits for one person and that person's deputies. In any other lane
 * they wait for everyone of its group or account, with preference for their exclusive agent.
 */
function askedOfWaiter(
  where: Parameters<typeof askedFor>[0],
  lane: string,
  exclusive: number,
): Unassigned {
  const place = readLane(lane)
  if (place?.kind === 'user') {
    return askedFor(where, { exclusive: place.uid, named: { kind: 'other' } })
  }
  return {
    ...askedFor(where, {
      exclusive,
      named:
        place?.kind === 'group' ? { kind: 'group', groupId: place.groupId } : { kind: 'other' },
    }),
    movedOn: true,
  }
}

async function handBack(needs: AssignNeeds, company: KnownCompany, uid: number): Promise<number> {
  const {
    row: { company_id: companyId },
    settings,
  } = company
  const heardSince = needs.clock.now() - 2 * settings.queueMinutes * minuteMs
  let assigned = 0
  for (const { session_id: sessionId } of await needs.store.read.lanes.returningTo(companyId, uid, {
    heardSince,
    limit: pageSize,
  })) {
    if ((await assignOne(needs, company, { sessionId })) === 0) break
    assigned += 1
  }
  return assigned
}

async function assignOne(
  needs: AssignNeeds,
  company: KnownCompany,
  one: { sessionId: string; lane?: string },
): Promise<number> {
  const done = await needs.store.work('claim', (unit) =>
    decideOne(needs, unit, { company, ...one }),
  )
  if (done) await tellStep(needs, done)
  return done ? 1 : 0
}

type OneToGive = { company: KnownCompany; sessionId: string; lane?: string }

async function decideOne(
  needs: AssignNeeds,
  unit: Unit,
  { company, sessionId, lane }: OneToGive,
): Promise<Committed | null> {
  const { customer, session } = await lockBoth(unit, company.row.company_id, sessionId)
  if (session.state !== queued || (lane !== undefined && session.lane !== lane)) return null
  const at = needs.clock.now()
  const decided = await decideUnderLock(unit, {
    company,
    session,
    exclusive: customer.customer_service_uid,
    at,
  })
  if (!decided) return null

  const { uid, inTurn, reason, candidates } = decided
  const identity = await unit.users.identity(session.account_id, uid)
  const moved = takeStep(session, {
    event: 'assign',
    who: 'job',
    actor: jobActor('assign'),
    reason,
    at,
    candidates,
    owner: { uid, customerServiceId: identity?.customer_service_id ?? null },
  })
  return commitStep(needs, unit, { moved, customer, inTurn, says: 'session.assigned' })
}

type SessionToGive = { company: KnownCompany; session: SessionRow; exclusive: number; at: number }

async function decideUnderLock(unit: Unit, { company, session, exclusive, at }: SessionToGive) {
  const account = await unit.accounts.find(session.company_id, session.account_id)
  if (!account || account.binding === 'unbound') return null
  const asked = {
    ...askedOfWaiter({ account, company }, session.lane ?? '', exclusive),
    except: await hadIt(unit, session),
  }
  const people = await loadPeople(unit, { staff: company.staff, uids: whoMatters(asked), at })
  const { uid, reason, candidates } = decideFor(asked, people, { at, othersWait: () => false })
  const { turn = at, turnRead = 0 } = people.get(uid ?? 0) ?? {}
  return uid === undefined ? null : { uid, inTurn: { turn, turnRead }, reason, candidates }
}

const goesOn = ['unanswered', 'agent_away', 'transferred']

/** The agent who did not answer, or gave the session away, does not get it back at once. */
async function hadIt(unit: Unit, session: SessionRow): Promise<number | null> {
  if (session.ledger_n < 2) return null
  const [had, last] = await unit.sessions.ledger(session.company_id, session.session_id, {
    after: session.ledger_n - 2,
    limit: 2,
  })
  return goesOn.includes(last?.reason ?? '') ? (had?.uid ?? null) : null
}
