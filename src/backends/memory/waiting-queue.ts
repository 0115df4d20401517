import { sumModulus, type QueueEntry, type Sums, type WaitingQueue } from '../../ports.ts'

type Entry = { id: string, rank: number }
type List = { sorted: Entry[], ranks: Map<string, number> }
type Index = { lists: Map<string, List>, whole: boolean }

const before = (a: Entry, b: Entry) => a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

function place(sorted: Entry[], entry: Entry): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (before(sorted[middle] ?? entry, entry) < 0) low = middle + 1
    else high = middle
  }
  return low
}

function leave({ lists }: Index, name: string, id: string): number {
  const list = lists.get(name)
  const rank = list?.ranks.get(id)
  if (!list || rank === undefined) return 0
  list.sorted.splice(place(list.sorted, { id, rank }), 1)
  list.ranks.delete(id)
  if (list.sorted.length === 0) lists.delete(name)
  return 1
}

function enter(index: Index, name: string, entry: Entry): number {
  if (index.lists.get(name)?.ranks.get(entry.id) === entry.rank) return 0
  leave(index, name, entry.id)
  const list = index.lists.get(name) ?? { sorted: [], ranks: new Map<string, number>() }
  index.lists.set(name, list)
  list.sorted.splice(place(list.sorted, entry), 0, entry)
  list.ranks.set(entry.id, entry.rank)
  return 1
}

function sumsOf({ lists, whole }: Index): Sums {
  const sums = [...lists].map(([name, { ranks }]) =>
    [name, { count: ranks.size, sum: [...ranks.values()].reduce((sum, rank) => sum + rank % sumModulus, 0) }] as const)
  return { whole, epoch: 'memory', lists: new Map(sums) }
}

export function openWaitingQueue(): WaitingQueue {
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
      const first = (lane: string): QueueEntry[] => (lists.get(`queue:${lane}`)?.sorted ?? []).slice(0, limit).map((entry) => ({ ...entry, lane }))
      return lanes.flatMap(first).sort(before).slice(0, limit)
    },
    position: async (companyId, lane, id) => {
      const { lists, whole } = of(companyId)
      const list = lists.get(`queue:${lane}`)
      const rank = list?.ranks.get(id)
      return whole && list && rank !== undefined ? place(list.sorted, { id, rank }) : null
    },
    before: async (companyId, lane, rank) => {
      const { lists, whole } = of(companyId)
      return whole ? place(lists.get(`queue:${lane}`)?.sorted ?? [], { id: '', rank }) : null
    },
    sums: async (companyId) => sumsOf(of(companyId)),
    members: async (companyId, list) => new Map(of(companyId).lists.get(list)?.ranks),
    complete: async (companyId) => { of(companyId).whole = true },
    close: async () => { companies.clear() },
  }
}
