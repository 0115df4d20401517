// Waits until a condition holds, for as long as the product promises that it takes.
import { betweenLooks } from './pauses.ts'

const second = 1000

/** In milliseconds, on an otherwise idle machine. */
const promises = {
  /**
   * The ordinary case: a reply is sent, a file is downloaded, an event arrives, a worker starts.
   */
  soon: 5 * second,
  /** A change, or the end of a sign-in, is known in every process. */
  everywhere: second,
  /** The queue index agrees with the database, whatever Redis has lost. */
  queueIndex: 5 * second,
  /** Timers notice a clock that was moved. */
  movedClock: 15 * second,
  /** A database or Redis is used again after it has come back or has been replaced. */
  back: 10 * second,
  /** A process starts. */
  start: 10 * second,
  /** The counts of rules' answers are written every 5 s. */
  tally: 10 * second,
  /** A replay of rules over all stored messages. */
  replay: 60 * second,
}
export type Promised = keyof typeof promises

/**
 * Test files run in parallel on few processors, so only a wait of this many times the promise
 * fails; one that is merely late is reported.
 */
const slack = 4

/** Repeats the question until it succeeds; at the end its last error fails the test. */
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
