// What all checks of a long run are given: the surroundings, the record of operations, the
// promises, the disturbances and the two companies.
import type { Firm } from './companies.ts'
import type { Journal } from './journal.ts'
import type { Promises } from './promises.ts'
import type { Strikes } from './strikes.ts'
import type { World } from './world.ts'

export type RunFacts = {
  world: World
  journal: Journal
  promises: Promises
  strikes: Strikes
  firms: Record<'A' | 'B', Firm>
}
export const slices = <T>(all: T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, n) =>
    all.slice(n * size, (n + 1) * size),
  )
