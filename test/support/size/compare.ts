// Finds statements that touch more rows when the company is larger, and lists those for which that
// is accepted.
import { isCluster } from '../edition.ts'
import type { Looked } from './look.ts'

/**
 * A statement that touches no more than this is ignored, however much that grew. On MariaDB it
 * counts rows; on SQLite it counts steps of its virtual machine, of which a row takes ten or more.
 */
export const few = isCluster ? 2600 : 14_000
/**
 * A statement counts as growing only beyond this factor, which allows for small differences between
 * query plans.
 */
const times = 1.5

/**
 * Known statements that grow, identified by a part of their text. One that has been fixed must be
 * removed from this list.
 */
export const unbounded: { says: string; why: string }[] = [
  {
    says: 'select lane, count(*) as n',
    why: 'queue-reconcile compares all that are queued of one moment with the index; it rests ten times as long as it takes',
  },
  {
    says: 'select uid, count(*) as n',
    why: 'the same, of those who wait to be accepted',
  },
  {
    says: 'union all select m.message_id, m.add_time',
    why: 'a customer’s lines in the order of their time: as many as that customer has, and not as there are',
  },
]

export type GrownStatement = { text: string; by: string[]; before: number; touched: number }

const touchedBy = (looked: Looked, label: string, text: string) =>
  looked.statements.get(label)?.get(text)?.touched ?? 0

export function grownOf(small: Looked, large: Looked): GrownStatement[] {
  const grown = new Map<string, GrownStatement>()
  for (const [label, statements] of large.statements) {
    for (const [text, { touched }] of statements) {
      const before = touchedBy(small, label, text)
      if (touched <= times * before || touched <= few) continue
      const known = grown.get(text) ?? { text, by: [], before: 0, touched: 0 }
      known.by.push(label)
      known.before = Math.max(before, known.before)
      known.touched = Math.max(touched, known.touched)
      grown.set(text, known)
    }
  }
  return [...grown.values()]
}

const known = (text: string) => unbounded.find(({ says }) => text.includes(says))
const inWords = ({ text, by, before, touched }: GrownStatement) =>
  `${before} → ${touched}: ${text} (${by.join(', ')})`

/**
 * Differences from the list of statements that are known to grow: `unknown` ones are not in it, and
 * `mended` ones are in it although they no longer grow.
 */
export const surprises = (grown: GrownStatement[]) => ({
  unknown: grown.filter(({ text }) => !known(text)).map(inWords),
  mended: unbounded.filter(({ says }) => !grown.some(({ text }) => text.includes(says))),
})
