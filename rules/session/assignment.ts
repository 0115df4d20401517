// Decides who gets a customer: first their exclusive agent or that agent's deputy; then the person
// or group that was named; then whoever the rule of the group, account or company selects. Only
// people who are online and have room are considered. Everybody who was considered is reported with
// the reason for or against them.
import type { SessionRule } from '../settings.ts'
import type { NamedReceiver } from './reception.ts'
import { commonLane, groupLane, privateLane } from './lane.ts'

/**
 * What the assignment must know about a person and what seldom changes: their role, accounts,
 * groups and deputies.
 */
export type Staff = {
  uid: number
  enabled: boolean
  isAgent: boolean
  accountIds: readonly string[]
  groupIds: readonly number[]
  deputyUids: readonly number[]
}
/**
 * What the assignment must know about a person and what changes all day. `turn` grows whenever they
 * get a session, so the person with the lowest one has waited the longest for their turn.
 */
export type StaffNow = Staff & { online: boolean; load: number; capacity: number; turn: number }

export type CandidateWhy =
  | 'chosen'
  | 'disabled'
  | 'no_account'
  | 'no_group'
  | 'offline'
  | 'full'
  | 'had_it'
  | 'busier'
  | 'not_his_turn'
  | 'not_exclusive'
/**
 * A person who was considered for a session, and why they got it or not. An entry without a uid
 * stands for all people who are not listed one by one, and `count` says how many.
 */
export type Candidate = {
  uid?: number
  why: CandidateWhy
  load?: number
  capacity?: number
  count?: number
}

export type Unassigned = {
  accountId: string
  /** The uid of the exclusive agent, or -1 if the customer belongs to nobody. */
  exclusive: number
  named: NamedReceiver
  rule: (groupId: number | null) => SessionRule
  staff: readonly Staff[]
  /**
   * The session is queued already, but no longer only for its customer's exclusive agent, who is
   * therefore not preferred any more.
   */
  movedOn?: boolean
  /** The person who just had the session and must not get it again. */
  except?: number | null
}
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

/**
 * The people whose facts are needed for the decision. Empty if the company lets agents grab
 * sessions, since nobody is assigned then.
 */
export function whoMatters(asked: Unassigned): number[] {
  const { exclusive, named, rule, staff } = asked
  const owner =
    exclusive > 0 ? [exclusive, ...(rule(null) === 'grab' ? [] : deputiesOf(staff, exclusive))] : []
  if (named.kind === 'user') owner.push(named.uid)
  return [
    ...new Set([...owner, ...poolsOf(asked).flatMap(({ pool }) => pool.map(({ uid }) => uid))]),
  ]
}

/** The lanes that must be checked for queued sessions, so that an assignment overtakes nobody. */
export const lanesThatMatter = (asked: Unassigned): string[] =>
  poolsOf(asked).map(({ lane }) => lane)

type Pool = { lane: string; rule: SessionRule; pool: Staff[]; reason: string }

function poolOf({ staff, accountId, rule }: Unassigned, groupId: number | null): Pool {
  const serve = staff.filter((one) => one.enabled && one.accountIds.includes(accountId))
  if (groupId === null) {
    return {
      lane: commonLane(accountId),
      rule: rule(null),
      pool: serve.filter((one) => one.isAgent),
      reason: 'nobody_named',
    }
  }
  return {
    lane: groupLane(groupId, accountId),
    rule: rule(groupId),
    pool: serve.filter((one) => one.groupIds.includes(groupId)),
    reason: 'named_group',
  }
}

/** The groups of people from which a rule would choose, with the lane of each. */
function poolsOf(asked: Unassigned): Pool[] {
  const groups = asked.named.kind === 'group' ? [asked.named.groupId] : []
  return [...groups, null]
    .map((groupId) => poolOf(asked, groupId))
    .filter(({ rule }) => rule !== 'grab')
}

/**
 * Whether the named person, or at least one member of the named group, could serve the account at
 * all.
 */
export function isThere(
  { staff, accountId }: Pick<Unassigned, 'staff' | 'accountId'>,
  named: NamedReceiver,
): boolean {
  if (named.kind === 'other') return false
  return named.kind === 'user'
    ? mayHave({ staff, accountId }, named.uid)
    : staff.some(
        (one) => mayHave({ staff, accountId }, one) && one.groupIds.includes(named.groupId),
      )
}

const deputiesOf = (staff: readonly Staff[], uid: number) =>
  staff.find((one) => one.uid === uid)?.deputyUids ?? []

/** Whether this person can be an exclusive agent: enabled, and serving the account. */
export function mayHave(
  { staff, accountId }: Pick<Unassigned, 'staff' | 'accountId'>,
  who: Staff | number,
): boolean {
  const one = typeof who === 'number' ? staff.find(({ uid }) => uid === who) : who
  return one?.enabled === true && one.accountIds.includes(accountId)
}

export function assign(asked: Unassigned, facts: AssignmentFacts): Decision {
  const considered = { asked, facts, candidates: [] }
  return toExclusive(considered) ?? toNamed(considered) ?? byRule(considered)
}

function toExclusive(considered: Choice): Decision | null {
  const { asked } = considered
  if (asked.exclusive <= 0) return null
  const why = whyNot(considered, asked.exclusive)
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
  return {
    lane: privateLane(asked.exclusive),
    reason: why === 'full' ? 'exclusive_agent_full' : 'exclusive_agent_away',
    candidates: shortened(considered),
  }
}

function toNamed(considered: Choice): Decision | null {
  const {
    asked: { named },
  } = considered
  if (named.kind !== 'user') return null
  const why = whyNot(considered, named.uid)
  if (why === null) return choose(considered, named.uid, 'named_agent')
  if (why === 'disabled' || why === 'no_account') return null
  return {
    lane: privateLane(named.uid),
    reason: why === 'full' ? 'named_agent_full' : 'named_agent_away',
    candidates: shortened(considered),
  }
}

function byRule(considered: Choice): Decision {
  const { asked, facts } = considered
  const { lane, rule, pool, reason } = placeOf(asked)
  if (rule === 'grab') return { lane, reason, candidates: shortened(considered) }
  if (facts.othersWait(lane)) {
    return { lane, reason: 'others_wait', candidates: shortened(considered) }
  }
  const uid = pick(considered, pool, rule)
  if (uid !== null) return choose(considered, uid, rule === 'even' ? 'even' : 'round_robin')
  return { lane, reason: 'nobody_free', candidates: shortened(considered) }
}

/**
 * The lane in which the session queues: that of the customer's exclusive agent, else that of the
 * named person or group, else the common lane of the account.
 */
export function laneFor(asked: Unassigned): string {
  const { exclusive, named, except } = asked
  const isWaitedFor = (uid: number) => uid !== except && mayHave(asked, uid)
  if (exclusive > 0 && isWaitedFor(exclusive)) return privateLane(exclusive)
  if (named.kind === 'user' && isWaitedFor(named.uid)) return privateLane(named.uid)
  return placeOf(asked).lane
}

/** The named group if one of its members serves the account, otherwise everybody of the account. */
function placeOf(asked: Unassigned): Pool {
  const { named } = asked
  return poolOf(asked, isThere(asked, named) && named.kind === 'group' ? named.groupId : null)
}

/**
 * Checks whether this person can get the session: null if so. Otherwise the result is the reason,
 * which is recorded with the candidates.
 */
function whyNot(considered: Choice, uid: number): CandidateWhy | null {
  const person = considered.facts.people.get(uid)
  const why = whyNotHe(considered.asked, person)
  if (why !== null) {
    considered.candidates.push({
      uid,
      why,
      ...(person && { load: person.load, capacity: person.capacity }),
    })
  }
  return why
}

function whyNotHe(
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
 * `even` picks the agent with the fewest sessions, and among equals the one idle the longest.
 * `roundRobin` picks whoever's turn it is.
 */
function pick(considered: Choice, pool: readonly Staff[], rule: SessionRule): number | null {
  const free = pool
    .filter(({ uid }) => whyNot(considered, uid) === null)
    .flatMap(({ uid }) => considered.facts.people.get(uid) ?? [])
  const [first, ...others] = free.sort(
    (a, b) => (rule === 'even' ? a.load - b.load : 0) || a.turn - b.turn || a.uid - b.uid,
  )
  if (!first) return null
  considered.candidates.push(
    ...others.map(({ uid, load, capacity }): Candidate => ({
      uid,
      why: rule === 'even' ? 'busier' : 'not_his_turn',
      load,
      capacity,
    })),
  )
  return first.uid
}

function choose(considered: Choice, uid: number, reason: string): Decision {
  const person = considered.facts.people.get(uid)
  considered.candidates.unshift({
    uid,
    why: 'chosen',
    ...(person && { load: person.load, capacity: person.capacity }),
  })
  return { uid, reason, candidates: shortened(considered) }
}

const mostNamed = 20

/**
 * Shortens the list of candidates for the ledger: only the first are listed one by one, and all
 * further ones become a number, so that a row does not contain the whole company.
 */
function shortened({ candidates }: Choice): Candidate[] {
  const named = candidates.slice(0, mostNamed)
  const counts = new Map<CandidateWhy, number>()
  for (const { why } of candidates.slice(mostNamed)) counts.set(why, (counts.get(why) ?? 0) + 1)
  return [...named, ...[...counts].map(([why, count]) => ({ why, count }))]
}

/**
 * Updates the facts after a person was given a session, so that the next decision in the same batch
 * takes it into account.
 */
export function given(person: StaffNow, people: Iterable<StaffNow>, at: number): void {
  person.load += 1
  person.turn = Math.max(at, ...[...people].map(({ turn }) => turn + 1))
}
