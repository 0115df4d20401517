// Who is there and has room, as a decision needs it: read without a lock, because all agents' rows, held for every new customer, stood
// in the way of whatever those agents did. Whoever is chosen is held to what was read of them when they are given the session; a unit that
// came too late for that locks them when it is tried again, or it might come too late for ever.
import {
  assign,
  given,
  type Asked,
  type Decision,
  type Person,
  type Staff,
} from '../../../rules/session/assignment.ts'
import type { Named } from '../../../rules/session/reception.ts'
import { presenceOf } from '../../../rules/session/presence.ts'
import { ruleAt, type Settings } from '../../../rules/settings.ts'
import type { Unit } from '../../ports.ts'

type Where = {
  account: { account_id: string }
  company: { settings: Settings; staff: readonly Staff[] }
}

export function askedFor(
  { account, company }: Where,
  { exclusive, named }: { exclusive: number; named: Named },
): Asked {
  return {
    accountId: account.account_id,
    exclusive,
    named,
    staff: company.staff,
    rule: (groupId) => ruleAt(company.settings, { accountId: account.account_id, groupId }),
  }
}

export type PersonRead = Person & { turnRead: number }

/** Presence is read as it stands; whoever says that they are there or not does so before or after this. */
export async function loadPeople(
  unit: Unit,
  { staff, uids, at }: { staff: readonly Staff[]; uids: number[]; at: number },
): Promise<Map<number, PersonRead>> {
  if (uids.length === 0) return new Map()
  const presences = new Map((await unit.users.presences(uids)).map((row) => [row.uid, row]))
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

/** Decides, and counts it at once: the next decision stands on this one. */
export function decideFor(
  asked: Asked,
  people: Map<number, Person>,
  { at, othersWait }: { at: number; othersWait: (lane: string) => boolean },
): Decision {
  const decision = assign(asked, { people, othersWait })
  const person = decision.uid === undefined ? undefined : people.get(decision.uid)
  if (person) given(person, people.values(), at)
  return decision
}
