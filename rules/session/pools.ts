// Where a session without an agent may go: the pools of people from which a rule would choose, and
// the lane in which the session queues while it gets nobody.
import type { SessionRule } from '../settings.ts'
import { commonLane, groupLane, privateLane } from './lane.ts'
import type { NamedReceiver } from './reception.ts'
import { canReceive, deputiesOf, mayHave, type Staff } from './staff.ts'

/**
 * A session without an agent, together with what decides who may get it: the exclusive agent, who
 * was named, the session rule and the people.
 */
export type Unassigned = {
  accountId: string
  /** The uid of the exclusive agent, or -1 if the customer belongs to nobody. */
  exclusive: number
  named: NamedReceiver
  rule: (groupId: number | null) => SessionRule
  staff: readonly Staff[]
  /**
   * The session is queued already, but no longer only for its customer's exclusive agent. That
   * agent still gets it if they are free; if not, it is kept neither for them nor for their
   * deputies.
   */
  movedOn?: boolean
  /** The person who just had the session and must not get it again. */
  except?: number | null
}

export type Pool = {
  lane: string
  rule: SessionRule
  staff: Staff[]
  /** Why the session is in this lane, as written to the ledger. */
  reason: string
}

function poolOf(asked: Unassigned, groupId: number | null): Pool {
  const { accountId, rule } = asked
  const able = asked.staff.filter((one) => mayHave(asked, one))
  if (groupId === null) {
    return {
      lane: commonLane(accountId),
      rule: rule(null),
      staff: able.filter((one) => one.isAgent),
      reason: 'nobody_named',
    }
  }
  return {
    lane: groupLane(groupId, accountId),
    rule: rule(groupId),
    staff: able.filter((one) => one.groupIds.includes(groupId)),
    reason: 'named_group',
  }
}

/** The pool of the named group if a member of it serves the account, otherwise the account's. */
export function poolFor(asked: Unassigned): Pool {
  const { named } = asked
  return poolOf(asked, canReceive(asked, named) && named.kind === 'group' ? named.groupId : null)
}

/** The pools from which somebody may be chosen: that of the named group, and the account's. */
function poolsThatMatter(asked: Unassigned): Pool[] {
  const groups = asked.named.kind === 'group' ? [asked.named.groupId] : []
  return [...groups, null]
    .map((groupId) => poolOf(asked, groupId))
    .filter(({ rule }) => rule !== 'grab')
}

/** The lanes that must be checked for queued sessions, so that an assignment overtakes nobody. */
export const lanesThatMatter = (asked: Unassigned): string[] =>
  poolsThatMatter(asked).map(({ lane }) => lane)

/**
 * The people whose facts are needed for the decision: the exclusive agent with their deputies, the
 * named person, and everybody of the pools. Where the company lets agents grab sessions, nobody is
 * chosen from a pool or as a deputy.
 */
export function whoMatters(asked: Unassigned): number[] {
  const { exclusive, named, rule, staff } = asked
  const owner =
    exclusive > 0 ? [exclusive, ...(rule(null) === 'grab' ? [] : deputiesOf(staff, exclusive))] : []
  if (named.kind === 'user') owner.push(named.uid)
  const pooled = poolsThatMatter(asked).flatMap((pool) => pool.staff.map(({ uid }) => uid))
  return [...new Set([...owner, ...pooled])]
}

/**
 * The lane in which the session queues: that of the customer's exclusive agent, else that of the
 * named person or group, each only if they serve the account; else the common lane of the account.
 */
export function laneFor(asked: Unassigned): string {
  const { exclusive, named, except } = asked
  const isWaitedFor = (uid: number) => uid !== except && mayHave(asked, uid)
  if (exclusive > 0 && isWaitedFor(exclusive)) return privateLane(exclusive)
  if (named.kind === 'user' && isWaitedFor(named.uid)) return privateLane(named.uid)
  return poolFor(asked).lane
}
