// Deals out the front of the queue to agents who claim the next session at the same time, in one
// transaction: whoever came first gets the first session they may have. The queue only proposes
// sessions. Customers, sessions and loads are locked before anything is decided, and a session that
// somebody else has locked is left to them.
import type { CustomerRow, SessionRow, UserRow } from '../../../entities/index.ts'
import { agentActor } from '../../../rules/session/actor.ts'
import { readLane, whyNotFrom, type Serving } from '../../../rules/session/lane.ts'
import { laneList } from '../../../rules/session/queue-list.ts'
import { relationTo } from '../../../rules/session/session.ts'
import { queued } from '../../../rules/session/states.ts'
import type { Settings } from '../../../rules/settings.ts'
import type { Needs, QueueEntry, Unit } from '../../ports.ts'
import { person, type Me } from '../access/caller.ts'
import { openLanes, servesNobody, servingOfAll } from '../access/serving.ts'
import { settingsOf } from '../settings-of.ts'
import { isBusy } from '../transition/accept-first.ts'
import { commitSteps, type Committed, type StepToCommit } from '../transition/commit-step.ts'
import { greet } from '../transition/greet.ts'
import { listPlaceOf } from '../transition/place.ts'
import { takeStep } from '../transition/take-step.ts'
import { tellSteps, type TellNeeds } from '../transition/tell-step.ts'
import { presentSessions, type ShownSession } from './present.ts'

export type Claimer = {
  me: Me
  /** The only lane from which this agent wants a session, if they named one. */
  lane: string | undefined
  /** Sessions in the agent's lanes that they cannot have, so those behind must be seen. */
  passed: Set<string>
  /** Sessions that others had locked when this agent asked, so further ones are looked at too. */
  held: Set<string>
  /** The session that the agent would get, so that it is known if the database refuses it. */
  tried: Set<string>
}
/**
 * What an agent got. Without a session, `none` is queued for them, they are `full`, or others were
 * in the way and they should ask `again`.
 */
type Without = 'none' | 'full' | 'again'
type DealResult = { id: string } | Without
export type Claimed = ShownSession | Without

/** An agent with the lanes from which they may get a session now. */
type Entitled = Claimer & { serving: Serving; lanes: Set<string> }
type Queued = { customer: CustomerRow; session: SessionRow }
type Locked = {
  rows: Map<string, Queued>
  loads: Map<number, { load: number; capacity: number }>
  people: Map<number, UserRow>
  identities: Map<string, number>
  bound: Set<string>
}
type Dealt = Queued & { agent: Entitled }
type Proposed = { entries: QueueEntry[]; wanted: Set<QueueEntry> }

/** What was dealt out and committed. */
export type Deal = { results: DealResult[]; steps: Committed[]; stale: QueueEntry[] }

/** How many more sessions are locked than agents ask, because others may be locked elsewhere. */
const spare = 8

/** Deals out sessions to the claimers, in their order, in one transaction. */
export async function dealOut(
  needs: TellNeeds,
  companyId: string,
  claimers: Claimer[],
): Promise<Deal> {
  const settings = await settingsOf(needs, companyId)
  const agents = await entitle(needs, companyId, claimers)
  const entries = await propose(needs, companyId, agents)
  const wanted = wantedOf(entries, agents)
  if (wanted.size === 0) return { results: agents.map(() => 'none'), steps: [], stale: [] }

  return needs.store.work('claim', async (unit) => {
    const locked = await lockAll(unit, companyId, { wanted, agents })
    const { results, dealt } = deal(agents, { entries, wanted }, locked)
    const steps = await give(needs, unit, { dealt, locked, settings })
    const isRight = ({ id, lane }: QueueEntry) => locked.rows.get(id)?.session.lane === lane
    return { results, steps, stale: [...wanted].filter((entry) => !isRight(entry)) }
  })
}

/**
 * Tells everyone of what was dealt out, and returns what each claimer got, in the form in which the
 * API shows it. It must be called after the commit.
 */
export async function tellDeal(
  needs: TellNeeds,
  companyId: string,
  { results, steps, stale }: Deal,
): Promise<Claimed[]> {
  await tellSteps(needs, companyId, steps)
  if (stale.length > 0) await correctIndex(needs, companyId, stale)
  const rows = steps.map(({ moved }) => moved.session)
  const views = new Map(
    (await presentSessions(needs, companyId, rows)).map((view) => [view.id, view]),
  )
  return results.map((one) => (typeof one === 'string' ? one : (views.get(one.id) ?? 'again')))
}

/** Lanes of accounts that are not bound are left out, since their customers cannot be answered. */
async function entitle(
  { store: { read } }: Needs<'store'>,
  companyId: string,
  claimers: Claimer[],
): Promise<Entitled[]> {
  const serving = await servingOfAll(read, [...new Set(claimers.map(({ me }) => me.uid))])
  const bound = new Set(await read.accounts.bound(companyId))
  const lanesOf = openLanes(read, companyId)
  const agents: Entitled[] = []
  for (const claimer of claimers) {
    const own = serving.get(claimer.me.uid) ?? servesNobody(claimer.me.uid)
    const lanes = await lanesOf({
      ...own,
      accountIds: own.accountIds.filter((id) => bound.has(id)),
    })
    const { lane } = claimer
    const some = lane === undefined ? lanes : lanes.filter((one) => one === lane)
    agents.push({ ...claimer, serving: own, lanes: new Set(some) })
  }
  return agents
}

/** Returns the front of every lane from which one of these agents may get a session, by rank. */
async function propose(
  needs: TellNeeds,
  companyId: string,
  agents: Entitled[],
): Promise<QueueEntry[]> {
  const lanes = [...new Set(agents.flatMap((agent) => [...agent.lanes]))]
  const held = new Set(agents.flatMap((agent) => [...agent.held]))
  const passed = Math.max(...agents.map((agent) => agent.passed.size))
  // one more than are ever locked, so that it is seen whether there are further ones
  const limit = agents.length + spare + held.size + passed + 1
  const proposed = await needs.queue.heads(companyId, lanes, limit)
  if (proposed) return proposed
  const rows = await Promise.all(
    lanes.map((lane) => needs.store.read.lanes.heads(companyId, lane, limit)),
  )
  return rows
    .flat()
    .map((row) => ({ id: row.session_id, lane: row.lane, rank: row.rank }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1))
}

const suits = ({ lanes, passed }: Entitled, { id, lane }: QueueEntry) =>
  lanes.has(lane) && !passed.has(id)

/**
 * The sessions to lock: the first for each agent, and some more in case others hold these. Sessions
 * that others held before are tried too, but not counted.
 */
function wantedOf(entries: QueueEntry[], agents: Entitled[]): Set<QueueEntry> {
  const held = new Set(agents.flatMap((agent) => [...agent.held]))
  const wanted = new Set<QueueEntry>()
  for (const agent of agents) {
    const isNext = (entry: QueueEntry) => !wanted.has(entry) && !held.has(entry.id)
    const first = entries.find((entry) => isNext(entry) && suits(agent, entry))
    if (first) wanted.add(first)
  }
  let more = spare
  for (const entry of entries) {
    if (wanted.has(entry) || !agents.some((agent) => suits(agent, entry))) continue
    if (held.has(entry.id)) wanted.add(entry)
    else if (more > 0) {
      more -= 1
      wanted.add(entry)
    }
  }
  return wanted
}

async function lockAll(
  unit: Unit,
  companyId: string,
  { wanted, agents }: { wanted: Set<QueueEntry>; agents: Entitled[] },
): Promise<Locked> {
  const ids = [...new Set([...wanted].map(({ id }) => id))]
  const uids = [...new Set(agents.map(({ me }) => me.uid))]
  const customerIds = (await unit.sessions.customersOf(companyId, ids)).map((row) => row.wx_user_id)
  const customers = new Map(
    (await unit.customers.lockFree(companyId, customerIds)).map((row) => [row.wx_user_id, row]),
  )
  const sessions = await unit.sessions.lockFree(companyId, ids)
  const loads = await unit.loads.lockFree(uids)
  const people = await unit.users.byUids(uids)
  const identities = await unit.users.identitiesOf(uids)
  return {
    rows: new Map(
      sessions.flatMap((session) => {
        const customer = customers.get(session.wx_user_id)
        const isFree = customer !== undefined && session.state === queued
        return isFree ? [[session.session_id, { customer, session }] as const] : []
      }),
    ),
    loads: new Map(loads.map(({ uid, load, capacity }) => [uid, { load, capacity }])),
    people: new Map(people.map((row) => [row.uid, row])),
    identities: new Map(
      identities.map((row) => [`${row.uid} ${row.account_id}`, row.customer_service_id]),
    ),
    bound: new Set(await unit.accounts.bound(companyId)),
  }
}

/** Decides which agent gets which of the locked sessions, and what the others are told. */
function deal(
  agents: Entitled[],
  proposed: Proposed,
  locked: Locked,
): { results: DealResult[]; dealt: Dealt[] } {
  const { loads, people } = locked
  const left = new Map(locked.rows)
  const loadOf = new Map([...loads].map(([uid, { load }]) => [uid, load]))
  const dealt: Dealt[] = []
  const results = agents.map((agent): DealResult => {
    const { uid } = agent.me
    agent.tried.clear()
    // whoever is disabled while they wait is told that nobody is queued
    if (people.get(uid)?.enabled !== 1) return 'none'
    const first = firstFor(agent, proposed, { left, locked })
    if (typeof first === 'string') return first
    const load = loadOf.get(uid)
    // the load is locked elsewhere, as when another session of the agent ends at this moment
    if (load === undefined) return 'again'
    if (load >= (loads.get(uid)?.capacity ?? 0)) return 'full'
    loadOf.set(uid, load + 1)
    const id = first.session.session_id
    left.delete(id)
    agent.tried.add(id)
    dealt.push({ ...first, agent })
    return { id }
  })
  return { results, dealt }
}

/**
 * Finds the first session for the agent, in the order of the queue. A session that others have
 * locked is left to them. One that was not locked because nobody was expected to come so far is not
 * jumped over: the agent asks again.
 */
function firstFor(
  agent: Entitled,
  { entries, wanted }: Proposed,
  { left, locked: { rows, bound } }: { left: Map<string, Queued>; locked: Locked },
): Queued | 'again' | 'none' {
  let without: 'again' | 'none' = 'none'
  for (const entry of entries) {
    if (!suits(agent, entry)) continue
    if (!wanted.has(entry)) return 'again'
    const row = left.get(entry.id)
    if (row?.session.lane === entry.lane) {
      if (mayHave(agent, row.session, bound)) return row
      continue
    }
    without = 'again'
    if (!rows.has(entry.id)) agent.held.add(entry.id)
  }
  return without
}

/**
 * Whether the agent may have the session. A session in a private lane may belong to an account that
 * is not bound or that the agent does not serve: the agent passes it, so that those behind it need
 * not wait.
 */
function mayHave(agent: Entitled, session: SessionRow, bound: Set<string>): boolean {
  const { lane, account_id: accountId, session_id: id } = session
  if (!bound.has(accountId) || whyNotFrom(readLane(lane), accountId, agent.serving) !== null) {
    agent.passed.add(id)
  }
  return !agent.passed.has(id)
}

type Giving = { dealt: Dealt[]; locked: Locked; settings: Settings }

/** Writes that each agent got their session. */
async function give(
  needs: TellNeeds,
  unit: Unit,
  { dealt, locked, settings }: Giving,
): Promise<Committed[]> {
  const at = needs.clock.now()
  const given = new Map<number, number>()
  const steps: StepToCommit[] = []
  for (const { customer, session, agent } of dealt) {
    const { me } = agent
    const had = given.get(me.uid) ?? 0
    given.set(me.uid, had + 1)
    const behind = settings.autoAcceptFirst && (had > 0 || (await isBusy(unit, me)))
    const moved = takeStep(session, {
      event: behind ? 'claimBehind' : 'claim',
      who: relationTo(session, person(me)),
      actor: agentActor(me.uid),
      reason: 'claimed',
      at,
      owner: {
        uid: me.uid,
        customerServiceId: locked.identities.get(`${me.uid} ${session.account_id}`) ?? null,
      },
    })
    const owner = locked.people.get(me.uid) ?? null
    const spoken = greet(needs, { customer, moved, settings, agent: owner })
    steps.push({ ...spoken, says: 'session.claimed', loadsApart: true })
  }
  for (const [uid, sessions] of given) unit.loads.add(uid, sessions, at)
  return commitSteps(needs, unit, steps)
}

/**
 * Corrects the queue index where it proposed sessions that were not found where it said: they are
 * no longer queued, wait in another lane, or were only locked by somebody else.
 */
async function correctIndex(
  needs: TellNeeds,
  companyId: string,
  stale: QueueEntry[],
): Promise<void> {
  const ids = stale.map(({ id }) => id)
  const rows = await needs.store.read.sessions.byIds(companyId, ids)
  const real = new Map(rows.map((row) => [row.session_id, listPlaceOf(row)]))
  const moves = stale.flatMap(({ id, lane }) => {
    const [from, to] = [laneList(lane), real.get(id) ?? null]
    return to?.list === from ? [] : [{ id, from, to }]
  })
  if (moves.length > 0) await needs.queue.move(companyId, moves)
}
