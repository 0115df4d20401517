// Loads the places of customers in the queue. This is done only for companies that tell customers
// their place; the queue index counts quickly, however long the queue is.
import { commonLane, groupLane } from '../../../rules/session/lane.ts'
import { rankFor } from '../../../rules/session/routing.ts'
import { queued } from '../../../rules/session/states.ts'
import { looksBackTo } from '../../../rules/session/queue-wait.ts'
import type { Needs, Unit } from '../../ports.ts'
import {
  laneKey,
  placeKey,
  type BatchFacts,
  type CustomerFacts,
  type PlaceInLane,
} from './decide/facts.ts'
import { customerOf, type Push } from './decide/push.ts'

type LoadedForPlaces = Pick<BatchFacts, 'at' | 'customers' | 'found'>

export async function loadPlaces(
  { queue, unit }: Needs<'queue'> & { unit: Unit },
  pushes: Push[],
  loaded: LoadedForPlaces,
): Promise<Map<string, PlaceInLane>> {
  const left = new Map<string, number[]>()
  const places = new Map<string, PlaceInLane>()
  for (const push of pushes.filter(({ company }) => company.settings.tellPosition)) {
    const known = loaded.customers.get(customerOf(push))
    if (!known) continue
    const companyId = push.account.company_id
    for (const { lane, rank } of spotsOf(push, known, loaded)) {
      const before = await queue.before(companyId, lane, rank)
      if (before === null) continue
      const key = laneKey(companyId, lane)
      const times =
        left.get(key) ?? (await unit.streams.leftLane(companyId, lane, looksBackTo(loaded.at)))
      left.set(key, times)
      places.set(placeKey(push, lane), { before, left: times })
    }
  }
  return places
}

type LaneAndRank = { lane: string; rank: number }

function spotsOf(
  push: Push,
  { customer, open }: CustomerFacts,
  { at, found }: LoadedForPlaces,
): LaneAndRank[] {
  if (open) {
    const { state, lane, rank } = open.row
    return state === queued && lane !== null ? [{ lane, rank: rank ?? 0 }] : []
  }
  const rank = rankFor(customer, push.company.settings.windowFirst, at)
  const named = found.get(push)?.rule.named
  const { account_id: accountId } = push.account
  return [
    commonLane(accountId),
    ...(named?.kind === 'group' ? [groupLane(named.groupId, accountId)] : []),
  ].map((lane) => ({ lane, rank }))
}
