// A sorted list that is stored in blocks, so that adding or removing an entry never moves a million
// others.

export type Entry = { id: string; rank: number }

const most = 1024

export const before = (a: Entry, b: Entry) =>
  a.rank - b.rank || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** How many elements of a sorted list come before the place that is looked for. */
function placeIn<T>(all: readonly T[], isBefore: (one: T) => boolean): number {
  let low = 0
  let high = all.length
  while (low < high) {
    const middle = (low + high) >> 1
    const one = all[middle]
    if (one !== undefined && isBefore(one)) low = middle + 1
    else high = middle
  }
  return low
}

export function openSortedList() {
  const blocks: Entry[][] = []
  const ranks = new Map<string, number>()

  /**
   * The position of the block that contains the entry, or would contain it if it were in the list.
   */
  const blockOf = (entry: Entry) =>
    Math.max(0, placeIn(blocks, ([first]) => first !== undefined && before(first, entry) <= 0) - 1)
  const placeOf = (block: Entry[], entry: Entry) => placeIn(block, (one) => before(one, entry) < 0)

  const leave = (id: string): boolean => {
    const rank = ranks.get(id)
    if (rank === undefined) return false
    const at = blockOf({ id, rank })
    const block = blocks[at] ?? []
    block.splice(placeOf(block, { id, rank }), 1)
    if (block.length === 0) blocks.splice(at, 1)
    ranks.delete(id)
    return true
  }
  const enter = (entry: Entry): boolean => {
    if (ranks.get(entry.id) === entry.rank) return false
    leave(entry.id)
    const at = blockOf(entry)
    const block = blocks[at] ?? []
    if (blocks.length === 0) blocks.push(block)
    block.splice(placeOf(block, entry), 0, entry)
    if (block.length > most) blocks.splice(at + 1, 0, block.splice(most >> 1))
    ranks.set(entry.id, entry.rank)
    return true
  }

  return {
    ranks,
    enter,
    leave,
    first: (howMany: number): Entry[] => {
      const heads: Entry[] = []
      for (let at = 0; at < blocks.length && heads.length < howMany; at += 1) {
        heads.push(...(blocks[at] ?? []).slice(0, howMany - heads.length))
      }
      return heads
    },
    /** How many entries come before this one, whether or not it is in the list. */
    before: (entry: Entry): number => {
      const at = blockOf(entry)
      return (
        blocks.slice(0, at).reduce((sum, block) => sum + block.length, 0) +
        placeOf(blocks[at] ?? [], entry)
      )
    },
  }
}

export type SortedList = ReturnType<typeof openSortedList>
