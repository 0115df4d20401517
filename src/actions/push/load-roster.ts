// Loads the people who may be given the sessions that a batch may open, and the lanes in which
// others already wait.
import { lanesThatMatter, whoMatters } from '../../../rules/session/pools.ts'
import {
  namedBy,
  namedByKey,
  receives,
  type NamedReceiver,
} from '../../../rules/session/reception.ts'
import type { KnownCustomer, Unit } from '../../ports.ts'
import { loadPeople, type PersonRead } from '../queue/roster.ts'
import { laneKey, sceneKey, type BatchFacts } from './decide/facts.ts'
import { customerOf, type Push } from './decide/push.ts'
import { askedOf, namedByCode } from './decide/receivers.ts'

export type Roster = { people: Map<number, PersonRead>; waitedIn: Set<string> }
type LoadedForRoster = Pick<BatchFacts, 'at' | 'customers' | 'found' | 'receptions'>

/**
 * Loads who may be given the sessions that these pushes may open. Customers who have an open
 * session are left out. Nothing is read if agents grab sessions, the customers have no exclusive
 * agent, and nobody is named.
 */
export async function loadRoster(
  unit: Unit,
  pushes: Push[],
  loaded: LoadedForRoster,
): Promise<Roster> {
  const opening = pushes.flatMap((push) => {
    const known = loaded.customers.get(customerOf(push))
    return known && !known.open
      ? whomItMayName(push, known.customer, loaded).map((named) => ({
          push,
          asked: askedOf(push, known.customer, named),
        }))
      : []
  })
  const uids = [...new Set(opening.flatMap(({ asked }) => whoMatters(asked)))]
  const staff =
    uids.length === 0
      ? []
      : [...new Set(opening.map(({ push }) => push.company))].flatMap((company) => company.staff)
  const people = await loadPeople(unit, { staff, uids, at: loaded.at })
  const lanes = new Map(
    opening.flatMap(({ push: { account }, asked }) =>
      lanesThatMatter(asked).map((lane) => [
        laneKey(account.company_id, lane),
        { companyId: account.company_id, lane },
      ]),
    ),
  )
  const waitedIn = new Set<string>()
  for (const [key, { companyId, lane }] of lanes) {
    if (await unit.lanes.isWaitedIn(companyId, lane)) waitedIn.add(key)
  }
  return { people, waitedIn }
}

/**
 * The people and groups that a rule, a menu button or a QR code may name to receive the customer of
 * this push. For an event that names nobody the list is empty, because it opens no session.
 */
function whomItMayName(
  push: Push,
  customer: KnownCustomer,
  loaded: LoadedForRoster,
): NamedReceiver[] {
  const { deed, account } = push
  const { receptions, found, at } = loaded
  const byScene =
    deed.kind === 'event' && deed.scene !== undefined
      ? receptions.byScene.get(sceneKey(account.account_id, deed.scene))
      : undefined
  const byKey = deed.kind === 'event' && deed.name === 'click' ? namedByKey(deed.key) : null
  const named = [
    found.get(push)?.rule.named,
    byKey,
    byScene && receives(byScene, at) ? namedBy(byScene) : null,
  ].filter((one) => one !== null && one !== undefined)
  return deed.kind === 'event' ? named : [...named, namedByCode(customer, { receptions, at })]
}
