import { laneList } from '../../../rules/session/queue-list.ts'
import { sumModulus, type QueueEntry, type Sums, type WaitingQueue } from '../../ports.ts'
import { before, openSortedList, type Entry, type SortedList } from './sorted-list.ts'

type List = { sorted: SortedList; sum: number }
type Index = { lists: Map<string, List>; whole: boolean }

function leave({ lists }: Index, name: string, id: string): number {
  const list = lists.get(name)
  const rank = list?.sorted.ranks.get(id)
  if (!list || rank === undefined) return 0
  list.sorted.leave(id)
  list.sum -= rank % sumModulus
  if (list.sorted.ranks.size === 0) lists.delete(name)
  return 1
}

function enter(index: Index, name: string, entry: Entry): number {
  if (index.lists.get(name)?.sorted.ranks.get(entry.id) === entry.rank) return 0
  leave(index, name, entry.id)
  const list = index.lists.get(name) ?? { sorted: openSortedList(), sum: 0 }
  index.lists.set(name, list)
  list.sorted.enter(entry)
  list.sum += entry.rank % sumModulus
  return 1
}

function sumsOf({ lists, whole }: Index): Sums {
  return {
    whole,
    epoch: 'memory',
    lists: new Map(
      [...lists].map(([name, { sorted, sum }]) => [name, { count: sorted.ranks.size, sum }]),
    ),
  }
}

export function openMemoryQueue(): WaitingQueue {
  const companies = new Map<string, Index>()
  const of = (companyId: string): Index => {
    const index = companies.get(companyId) ?? { lists: new Map(), whole: false }
    companies.set(companyId, index)
    return index
  }

  return {
    shared: false,
    move: async (companyId, moves) => {
      const index = of(companyId)
      let changed = 0
      for (const { id, from, to } of moves) {
        if (from !== null && from !== to?.list) changed += leave(index, from, id)
        if (to) changed += enter(index, to.list, { id, rank: to.rank })
      }
      return changed
    },
    heads: async (companyId, lanes, limit) => {
      const { lists, whole } = of(companyId)
      if (!whole) return null
      const first = (lane: string): QueueEntry[] =>
        lists
          .get(laneList(lane))
          ?.sorted.first(limit)
          .map((entry) => ({ ...entry, lane })) ?? []
      return lanes.flatMap(first).sort(before)
    },
    position: async (companyId, lane, id) => {
      const { lists, whole } = of(companyId)
      const list = lists.get(laneList(lane))
      const rank = list?.sorted.ranks.get(id)
      return whole && list && rank !== undefined ? list.sorted.before({ id, rank }) : null
    },
    before: async (companyId, lane, rank) => {
      const { lists, whole } = of(companyId)
      return whole ? (lists.get(laneList(lane))?.sorted.before({ id: '', rank }) ?? 0) : null
    },
    sums: async (companyId) => sumsOf(of(companyId)),
    members: async (companyId, list) => new Map(of(companyId).lists.get(list)?.sorted.ranks),
    foreign: async () => [],
    clear: async () => undefined,
    complete: async (companyId) => {
      of(companyId).whole = true
    },
    close: async () => {
      companies.clear()
    },
  }
}
