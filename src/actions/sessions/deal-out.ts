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
import { takeStep } from '../transition/take-step.ts'
import { tellSteps, type TellNeeds } from '../transition/tell-step.ts'
import { presentSessions, type ShownSession } from './present.ts'

export type Claimer = {
  me: Me
  /** The only lane from which this agent wants a session, if they named one. */
  lane: string | undefined
  /** Sessions in the agent's private lane that they cannot have, so those behind must be seen. */
  passed: Set<string>
}
/**
 * The session that an agent got. Without one: `none` is queued for them, they are `full`, or others
 * were in the way and they should ask `again`.
 */
export type Claimed = ShownSession | 'none' | 'full' | 'again'

/** An agent with the lanes from which they may get a session now. */
type Entitled = Claimer & { serving: Serving; lanes: Set<string> }
type Queued = { customer: CustomerRow; session: SessionRow }
type Locked = {
  /** In the order of the queue. */
  rows: Queued[]
  loads: Map<number, { load: number; capacity: number }>
  people: Map<number, UserRow>
  identities: Map<string, number>
  bound: Set<string>
}
type Dealt = Queued & { agent: Entitled }

/** How many more sessions are locked than agents ask, because others may be locked elsewhere. */
const spare = 8

/** Returns for each claimer, in their order, what they got, in the form in which the API shows it. */
export async function dealOut(
  needs: TellNeeds,
  companyId: string,
  claimers: Claimer[],
): Promise<Claimed[]> {
  const settings = await settingsOf(needs, companyId)
  const agents = await entitle(needs, companyId, claimers)
  const entries = await propose(needs, companyId, agents)
  const wanted = wantedOf(entries, agents)
  if (wanted.length === 0) return agents.map((agent) => leftFor(agent, entries))

  const { results, steps, seen } = await needs.store.work('claim', async (unit) => {
    const locked = await lockAll(unit, companyId, { wanted, agents })
    const { results: all, dealt } = deal(agents, entries, locked)
    const committed = await give(needs, unit, { dealt, locked, settings })
    const known = new Set(locked.rows.map(({ session }) => session.session_id))
    return { results: all, steps: committed, seen: known }
  })
  await tellSteps(needs, companyId, steps)
  const missing = wanted.filter(({ id }) => !seen.has(id))
  if (missing.length > 0) await forgetGone(needs, companyId, missing)
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
  const limit = agents.length + spare + Math.max(...agents.map(({ passed }) => passed.size))
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

/** The sessions to lock: the first for each agent, and some more in case others hold these. */
function wantedOf(entries: QueueEntry[], agents: Entitled[]): QueueEntry[] {
  const wanted = new Set<QueueEntry>()
  for (const agent of agents) {
    const first = entries.find((entry) => !wanted.has(entry) && suits(agent, entry))
    if (first) wanted.add(first)
  }
  const most = wanted.size + spare
  for (const entry of entries) {
    if (wanted.size === most) break
    if (agents.some((agent) => suits(agent, entry))) wanted.add(entry)
  }
  return entries.filter((entry) => wanted.has(entry))
}

/** What an agent is told who got none of the proposed sessions. */
const leftFor = (agent: Entitled, entries: QueueEntry[]): 'again' | 'none' =>
  entries.some((entry) => suits(agent, entry)) ? 'again' : 'none'

async function lockAll(
  unit: Unit,
  companyId: string,
  { wanted, agents }: { wanted: QueueEntry[]; agents: Entitled[] },
): Promise<Locked> {
  const ids = wanted.map(({ id }) => id)
  const uids = [...new Set(agents.map(({ me }) => me.uid))]
  const customerIds = (await unit.sessions.customersOf(companyId, ids)).map((row) => row.wx_user_id)
  const customers = new Map(
    (await unit.customers.lockFree(companyId, customerIds)).map((row) => [row.wx_user_id, row]),
  )
  const sessions = await unit.sessions.lockFree(companyId, ids)
  const loads = await unit.loads.lock(uids)
  const people = await unit.users.byUids(uids)
  const identities = await unit.users.identitiesOf(uids)
  return {
    rows: sessions
      .flatMap((session) => {
        const customer = customers.get(session.wx_user_id)
        return customer && session.state === queued ? [{ customer, session }] : []
      })
      .sort((a, b) => before(a.session, b.session)),
    loads: new Map(loads.map(({ uid, load, capacity }) => [uid, { load, capacity }])),
    people: new Map(people.map((row) => [row.uid, row])),
    identities: new Map(
      identities.map((row) => [`${row.uid} ${row.account_id}`, row.customer_service_id]),
    ),
    bound: new Set(await unit.accounts.bound(companyId)),
  }
}

const before = (a: SessionRow, b: SessionRow) =>
  (a.rank ?? 0) - (b.rank ?? 0) || (a.session_id < b.session_id ? -1 : 1)

/** Decides which agent gets which of the locked sessions, and what the others are told. */
function deal(
  agents: Entitled[],
  entries: QueueEntry[],
  { rows, loads, bound }: Locked,
): { results: ({ id: string } | Exclude<Claimed, ShownSession>)[]; dealt: Dealt[] } {
  const left = new Set(rows)
  const loadOf = new Map([...loads].map(([uid, { load }]) => [uid, load]))
  const dealt: Dealt[] = []
  const results = agents.map((agent) => {
    const { uid } = agent.me
    const own = [...left].filter(({ session }) => agent.lanes.has(session.lane ?? ''))
    const first = own.find(({ session }) => mayHave(agent, session, bound))
    if (!first) return leftFor(agent, entries)
    const load = loadOf.get(uid) ?? 0
    if (load >= (loads.get(uid)?.capacity ?? 0)) return 'full'
    loadOf.set(uid, load + 1)
    left.delete(first)
    dealt.push({ ...first, agent })
    return { id: first.session.session_id }
  })
  return { results, dealt }
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

/** Removes sessions from the queue index that were proposed and are not queued any more. */
async function forgetGone(
  needs: TellNeeds,
  companyId: string,
  missing: QueueEntry[],
): Promise<void> {
  const ids = missing.map(({ id }) => id)
  const still = await needs.store.read.sessions.queuedAmong(companyId, ids)
  const gone = missing.filter(({ id }) => !still.has(id))
  if (gone.length === 0) return
  await needs.queue.move(
    companyId,
    gone.map(({ id, lane }) => ({ id, from: laneList(lane), to: null })),
  )
}
