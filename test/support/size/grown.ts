// Makes a company look as if it had grown for years. Rows are written directly into every table
// that grows, with a few statements per table. Each row is computed from its number, so more can be
// added later. Timers are due only for the last few rows of each stage of growth.
import { numbers, type Words } from '../../../scripts/bench/queue-load.ts'
import { desk, records } from './grown-records.ts'
import { lines, grownPushes } from './grown-lines.ts'
import { longOnes } from './grown-long.ts'
import {
  type GrownCompany,
  type Range,
  type Exec,
  type Grown,
  literal,
  placesOf,
} from './grown-row.ts'
import { people, sessions } from './grown-sessions.ts'

export type { GrownCompany } from './grown-row.ts'

/** Generates the rows with these numbers in every table. */
export async function grow(
  { exec, words }: { exec: Exec; words: Words },
  facts: GrownCompany,
  range: Range,
): Promise<void> {
  for (const [table, some] of tablesOf(words, facts, range)) {
    for (const { of, columns } of some) {
      const names = Object.keys(columns).map((name) => `\`${name}\``)
      await exec(
        `insert into ${table} (${names.join(', ')}) select ${Object.values(columns).map(literal).join(', ')}` +
          ` from ${numbers(range)}${of === undefined ? '' : ` and ${of}`}`,
      )
    }
  }
  for (const one of longOnes(words, facts, range)) await exec(one)
}

function tablesOf(words: Words, facts: GrownCompany, range: Range): Grown[] {
  const places = placesOf(words, facts, range)
  return [
    ...people(places),
    ...sessions(places),
    ...lines(places),
    ...grownPushes(places),
    ...records(places),
    ...desk(places),
  ]
}
