// A client (a follower, an agent or an admin) that does one thing after another during a long run.
import type { Draw } from '../random.ts'
import type { Journal } from './journal.ts'
import type { Promises } from './promises.ts'
import type { World } from './world.ts'

export type SoakClient = {
  name: string
  draw: Draw
  world: World
  journal: Journal
  promises: Promises
}
