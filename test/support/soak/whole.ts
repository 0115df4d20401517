// The input of a complete check: all recorded operations, to be compared with everything that is
// stored.
import type { JournalEntry } from './journal.ts'
import type { Promises } from './promises.ts'

/**
 * `before`: the operations that had ended before the check began. What was checked is counted only
 * for the `last` check, because that includes everything.
 */
export type Whole = { before: JournalEntry[]; promises: Promises; last: boolean }

export const grouped = <T>(all: T[], keyOf: (one: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>()
  for (const one of all) {
    const key = keyOf(one)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}
export const countIf = (
  { promises, last }: Whole,
  id: Parameters<Promises['saw']>[0],
  n: number,
) => {
  if (last) promises.saw(id, n)
}
