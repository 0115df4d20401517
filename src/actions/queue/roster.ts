// Reads who is there and has room. It does so without locks, because locking all agents for each
// new customer blocked everything else those agents did. When a session is given to somebody, the
// write succeeds only if they were given no other one meanwhile and have room. If it fails, the
// next attempt locks the rows; otherwise it could fail again and again.
import { assign, type Decision } from '../../../rules/session/assignment.ts'
import type { Unassigned } from '../../../rules/session/pools.ts'
import { countGiven, type StaffNow, type Staff } from '../../../rules/session/staff.ts'
import type { NamedReceiver } from '../../../rules/session/reception.ts'
import { presenceOf } from '../../../rules/session/presence.ts'
import { sessionRuleAt, type Settings } from '../../../rules/settings.ts'
import type { Unit } from '../../ports.ts'

type RosterScope = {
  account: { account_id: string }
  company: { settings: Settings; staff: readonly Staff[] }
}

export function askedFor(
  { account, company }: RosterScope,
  { exclusive, named }: { exclusive: number; named: NamedReceiver },
): Unassigned {
  return {
    accountId: account.account_id,
    exclusive,
    named,
    staff: company.staff,
    rule: (groupId) => sessionRuleAt(company.settings, { accountId: account.account_id, groupId }),
  }
}

export type PersonRead = StaffNow & { turnRead: number }

/**
 * Presence is read without a lock, so a change at the same moment counts as having happened before
 * or after.
 */
export async function loadPeople(
  unit: Unit,
  { staff, uids, at }: { staff: readonly Staff[]; uids: number[]; at: number },
): Promise<Map<number, PersonRead>> {
  if (uids.length === 0) return new Map()
  const presences = new Map((await unit.staff.presences(uids)).map((row) => [row.uid, row]))
  const isThere = (uid: number) => {
    const row = presences.get(uid)
    return row !== undefined && presenceOf(row, at) === 'online'
  }
  const there = uids.filter(isThere)
  const loads = new Map(
    there.length > 0
      ? (await (unit.again ? unit.loads.lock(there) : unit.loads.of(there))).map((row) => [
          row.uid,
          row,
        ])
      : [],
  )
  const people = staff
    .filter(({ uid }) => presences.has(uid))
    .map((one): [number, PersonRead] => {
      const { load = 0, capacity = 0, turn = 0 } = loads.get(one.uid) ?? {}
      return [
        one.uid,
        {
          ...one,
          enabled: presences.get(one.uid)?.enabled === 1,
          online: isThere(one.uid),
          load,
          capacity,
          turn,
          turnRead: turn,
        },
      ]
    })
  return new Map(people)
}

/**
 * Decides who gets a session, and counts it for that person at once, so that the next decision
 * knows about it.
 */
export function decideFor(
  asked: Unassigned,
  people: Map<number, StaffNow>,
  { at, othersWait }: { at: number; othersWait: (lane: string) => boolean },
): Decision {
  const decision = assign(asked, { people, othersWait })
  const person = decision.uid === undefined ? undefined : people.get(decision.uid)
  if (person) countGiven(person, people.values(), at)
  return decision
}
