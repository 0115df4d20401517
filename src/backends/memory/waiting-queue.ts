import type { QueueEntry, WaitingQueue } from '../../ports.ts'

const before = (a: QueueEntry, b: QueueEntry) => a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

function place(lane: QueueEntry[], entry: QueueEntry): number {
  let low = 0
  let high = lane.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (before(lane[middle] ?? entry, entry) < 0) low = middle + 1
    else high = middle
  }
  return low
}

type Index = { lanes: Map<string, QueueEntry[]>, where: Map<string, QueueEntry>, whole: boolean }

export function openWaitingQueue(): WaitingQueue {
  const companies = new Map<string, Index>()
  const of = (companyId: string): Index => {
    const index = companies.get(companyId) ?? { lanes: new Map(), where: new Map(), whole: false }
    companies.set(companyId, index)
    return index
  }
  const drop = (index: Index, id: string) => {
    const entry = index.where.get(id)
    const lane = entry && index.lanes.get(entry.lane)
    if (!entry || !lane) return
    lane.splice(place(lane, entry), 1)
    if (lane.length === 0) index.lanes.delete(entry.lane)
    index.where.delete(id)
  }

  return {
    add: async (companyId, entry) => {
      const index = of(companyId)
      drop(index, entry.id)
      const lane = index.lanes.get(entry.lane) ?? []
      index.lanes.set(entry.lane, lane)
      lane.splice(place(lane, entry), 0, entry)
      index.where.set(entry.id, entry)
    },
    remove: async (companyId, id) => { drop(of(companyId), id) },
    heads: async (companyId, lanes, limit) => {
      const index = of(companyId)
      if (!index.whole) return null
      return lanes.flatMap((lane) => index.lanes.get(lane)?.slice(0, limit) ?? []).sort(before).slice(0, limit)
    },
    position: async (companyId, lane, id) => {
      const index = of(companyId)
      const entry = index.where.get(id)
      return index.whole && entry?.lane === lane ? place(index.lanes.get(lane) ?? [], entry) : null
    },
    entries: async (companyId) => [...of(companyId).where.values()],
    complete: async (companyId) => { of(companyId).whole = true },
    close: async () => { companies.clear() },
  }
}
