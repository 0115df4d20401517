// Waits until a condition holds, for as long as the product promises that it takes.
import { betweenLooks } from './pauses.ts'

const second = 1000

/** How long each kind of change may take, in milliseconds on an otherwise idle machine. */
const promises = {
  /**
   * The ordinary case: until a reply is sent, a file is downloaded, an event arrives or a worker
   * starts.
   */
  soon: 5 * second,
  /** Until every process knows of a change, or of the end of a sign-in. */
  everywhere: second,
  /** Until the queue index agrees with the database again, whatever Redis has lost. */
  queueIndex: 5 * second,
  /** Until timers notice that the clock was moved. */
  movedClock: 15 * second,
  /** Until a database or Redis that has come back or has been replaced is used again. */
  back: 10 * second,
  /** Until a process that is starting can be used. */
  start: 10 * second,
  /** Until the counts of rules' answers, which are written every 5 s, are in the database. */
  tally: 10 * second,
  /** Until a replay of rules over all stored messages has ended. */
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
