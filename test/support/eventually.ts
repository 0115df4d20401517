// Waits for a condition, for as long as the product promises that it takes.
import { betweenLooks } from './pauses.ts'

const second = 1000

/** In ms, on a machine that does nothing else. */
const promises = {
  /** Nothing stands in its way: a reply leaves, a file is fetched, a bell rings, a process takes up what it finds. */
  soon: 5 * second,
  /** A change, a sign-in that has ended: known in every process. */
  everywhere: second,
  /** The queue's index says what SQL says, whatever Redis has lost. */
  queueIndex: 5 * second,
  /** Timers follow a clock that was moved. */
  movedClock: 15 * second,
  /** A database or a Redis is served by again, once it is back or another has its place. */
  back: 10 * second,
  /** A process starts. */
  start: 10 * second,
  /** Of rules it is written every 5 s how often they answered. */
  tally: 10 * second,
  /** Rules are tried over all that is stored. */
  replay: 60 * second,
}
export type Promised = keyof typeof promises

/** Suites run beside each other on few cores: what takes longer than promised is told, and only what takes so many times longer fails. */
const slack = 4

/** Asks until it holds; the last failure is the test's. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  promised: Promised = 'soon',
): Promise<T> {
  const asked = new Error('asked')
  const began = performance.now()
  const tell = (what: string) => {
    const [, , by = ''] = asked.stack?.split('\n') ?? []
    const took = ((performance.now() - began) / second).toFixed(1)
    console.log(
      `${what} after ${took} s, promised (${promised}): ${promises[promised] / second} s${by}`,
    )
  }
  for (;;) {
    try {
      const answer = await ask()
      if (performance.now() - began > promises[promised]) tell('held only')
      return answer
    } catch (error) {
      if (performance.now() - began > promises[promised] * slack) {
        tell('did not hold')
        throw error
      }
      await betweenLooks(20)
    }
  }
}
