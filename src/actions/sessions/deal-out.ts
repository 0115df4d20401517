// Deals out the front of the queue to agents who claim the next session at the same time, in one
// transaction: whoever came first gets the first session they may have. The queue only proposes
// sessions. Customers, sessions and loads are locked before anything is decided, and a session that
// somebody else has locked is left to them.
import { agentActor } from '../../../rules/session/actor.ts'
import { laneList } from '../../../rules/session/queue-list.ts'
import { relationTo } from '../../../rules/session/session.ts'
import { queued } from '../../../rules/session/states.ts'
import type { Settings } from '../../../rules/settings.ts'
import type { Needs, QueueEntry, Unit } from '../../ports.ts'
import { person } from '../access/caller.ts'
import { openLanes, servesNobody, servingOfAll } from '../access/serving.ts'
import { settingsOf } from '../settings-of.ts'
import { isBusy } from '../transition/accept-first.ts'
import { commitSteps, type Committed, type StepToCommit } from '../transition/commit-step.ts'
import { greet } from '../transition/greet.ts'
import { listPlaceOf } from '../transition/place.ts'
import { takeStep } from '../transition/take-step.ts'
import { tellSteps, type TellNeeds } from '../transition/tell-step.ts'
import {
  deal,
  spare,
  wantedOf,
  type Claimer,
  type Dealt,
  type DealResult,
  type Entitled,
  type Locked,
  type Without,
} from './deal.ts'
import { presentSessions, type ShownSession } from './present.ts'

export type Claimed = ShownSession | Without

/** What was dealt out and committed. */
export type Deal = { results: DealResult[]; steps: Committed[]; stale: QueueEntry[] }

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
