// A client does one thing after another during a long run: it writes for some followers, or works
// as one agent or as the admin, or moves the clock.
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
