// Decides who gets a customer: their exclusive agent or that agent's deputy; if they have no such
// agent, the person who was named; else whoever the rule of the named group, the account or the
// company selects. Only people who are online and have room are chosen; if there is nobody, the
// decision is the lane to queue in. Everybody who was considered is reported with the reason for or
// against them.
import type { SessionRule } from '../settings.ts'
import { candidateOf, shortened, type Candidate, type CandidateWhy } from './candidates.ts'
import { privateLane } from './lane.ts'
import { poolFor, type Unassigned } from './pools.ts'
import { deputiesOf, mayHave, type Staff, type StaffNow } from './staff.ts'

export type AssignmentFacts = {
  people: ReadonlyMap<number, StaffNow>
  /**
   * Whether other sessions are queued in this lane already. If so, a new session must not overtake
   * them and queues behind them.
   */
  othersWait: (lane: string) => boolean
}
export type Decision = { reason: string; candidates: Candidate[] } & (
  { uid: number; lane?: undefined } | { lane: string; uid?: undefined }
)

type Choice = { asked: Unassigned; facts: AssignmentFacts; candidates: Candidate[] }

export function assign(asked: Unassigned, facts: AssignmentFacts): Decision {
  const considered = { asked, facts, candidates: [] }
  return toExclusive(considered) ?? toNamed(considered) ?? byRule(considered)
}

function toExclusive(considered: Choice): Decision | null {
  const { asked } = considered
  if (asked.exclusive <= 0) return null
  const why = consider(considered, asked.exclusive)
  if (why === null) return choose(considered, asked.exclusive, 'exclusive_agent')
  if (asked.movedOn) return null

  if (!mayHave(asked, considered.facts.people.get(asked.exclusive) ?? asked.exclusive)) return null
  const deputies = deputiesOf(asked.staff, asked.exclusive)
    .flatMap((uid) => asked.staff.find((one) => one.uid === uid) ?? [])
    .filter((one) => mayHave(asked, one))
  const rule = asked.rule(null)
  const deputy = rule === 'grab' ? null : pick(considered, deputies, rule)
  if (deputy !== null) return choose(considered, deputy, 'deputy')
  considered.candidates.push({ why: 'not_exclusive' })
  return queueIn(
    considered,
    privateLane(asked.exclusive),
    why === 'full' ? 'exclusive_agent_full' : 'exclusive_agent_away',
  )
}

function toNamed(considered: Choice): Decision | null {
  const { named } = considered.asked
  if (named.kind !== 'user') return null
  const why = consider(considered, named.uid)
  if (why === null) return choose(considered, named.uid, 'named_agent')
  if (why === 'disabled' || why === 'no_account') return null
  return queueIn(
    considered,
    privateLane(named.uid),
    why === 'full' ? 'named_agent_full' : 'named_agent_away',
  )
}

function byRule(considered: Choice): Decision {
  const { lane, rule, staff, reason } = poolFor(considered.asked)
  if (rule === 'grab') return queueIn(considered, lane, reason)
  if (considered.facts.othersWait(lane)) return queueIn(considered, lane, 'others_wait')
  const uid = pick(considered, staff, rule)
  if (uid !== null) return choose(considered, uid, rule === 'even' ? 'even' : 'round_robin')
  return queueIn(considered, lane, 'nobody_free')
}

/**
 * Checks whether this person can get the session: null if so. Otherwise the result is the reason,
 * which is recorded with the candidates.
 */
function consider(considered: Choice, uid: number): CandidateWhy | null {
  const person = considered.facts.people.get(uid)
  const why = whyNot(considered.asked, person)
  if (why !== null) considered.candidates.push(candidateOf(uid, person, why))
  return why
}

function whyNot(
  { accountId, except }: Unassigned,
  person: StaffNow | undefined,
): CandidateWhy | null {
  if (!person?.enabled) return 'disabled'
  if (!person.accountIds.includes(accountId)) return 'no_account'
  if (person.uid === except) return 'had_it'
  if (!person.online) return 'offline'
  return person.load < person.capacity ? null : 'full'
}

/**
 * `even` picks the agent with the fewest sessions, and among equals whoever was last given one the
 * longest ago. `roundRobin` picks by the latter alone.
 */
function pick(considered: Choice, pool: readonly Staff[], rule: SessionRule): number | null {
  const free = pool
    .filter(({ uid }) => consider(considered, uid) === null)
    .flatMap(({ uid }) => considered.facts.people.get(uid) ?? [])
  const [first, ...others] = free.sort(
    (a, b) => (rule === 'even' ? a.load - b.load : 0) || a.turn - b.turn || a.uid - b.uid,
  )
  if (!first) return null
  const why = rule === 'even' ? 'busier' : 'not_his_turn'
  considered.candidates.push(...others.map((one) => candidateOf(one.uid, one, why)))
  return first.uid
}

function choose({ facts, candidates }: Choice, uid: number, reason: string): Decision {
  const chosen = candidateOf(uid, facts.people.get(uid), 'chosen')
  return { uid, reason, candidates: shortened([chosen, ...candidates]) }
}

const queueIn = ({ candidates }: Choice, lane: string, reason: string): Decision => ({
  lane,
  reason,
  candidates: shortened(candidates),
})
