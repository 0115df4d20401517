// Decides which of the agents who claim the next session get which of the locked sessions: whoever
// came first gets the first session they may have. Nothing is read or written here.
import type { CustomerRow, SessionRow, UserRow } from '../../../entities/index.ts'
import { readLane, whyNotFrom, type Serving } from '../../../rules/session/lane.ts'
import type { QueueEntry } from '../../ports.ts'
import type { Me } from '../access/caller.ts'

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
export type Without = 'none' | 'full' | 'again'
export type DealResult = { id: string } | Without
/** An agent with the lanes from which they may get a session now. */
export type Entitled = Claimer & { serving: Serving; lanes: Set<string> }
type Queued = { customer: CustomerRow; session: SessionRow }
export type Locked = {
  rows: Map<string, Queued>
  loads: Map<number, { load: number; capacity: number }>
  people: Map<number, UserRow>
  identities: Map<string, number>
  bound: Set<string>
}
export type Dealt = Queued & { agent: Entitled }
type Proposed = { entries: QueueEntry[]; wanted: Set<QueueEntry> }

/** How many more sessions are locked than agents ask, because others may be locked elsewhere. */
export const spare = 8

const suits = ({ lanes, passed }: Entitled, { id, lane }: QueueEntry) =>
  lanes.has(lane) && !passed.has(id)

/**
 * The sessions to lock: the first for each agent, and some more in case others hold these. Sessions
 * that others held before are tried too, but not counted.
 */
export function wantedOf(entries: QueueEntry[], agents: Entitled[]): Set<QueueEntry> {
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

/** Decides which agent gets which of the locked sessions, and what the others are told. */
export function deal(
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
