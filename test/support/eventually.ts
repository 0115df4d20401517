// Waits until a condition holds, and reports if that takes longer than the product promises.
import { betweenLooks } from './pauses.ts'

const second = 1000

/** How long each kind of change may take, in milliseconds on an otherwise idle machine. */
const promises = {
  /**
   * The ordinary case: how long it may take until a reply is sent, a file is downloaded, an event
   * arrives or a worker starts.
   */
  soon: 5 * second,
  /** How long it may take until every process knows of a change, or of the end of a sign-in. */
  everywhere: second,
  /**
   * How long it may take until the queue index agrees with the database again, whatever Redis has
   * lost.
   */
  queueIndex: 5 * second,
  /** How long it may take until timers notice that the clock was moved. */
  movedClock: 15 * second,
  /**
   * How long it may take until a database or Redis that has come back or has been replaced is used
   * again.
   */
  back: 10 * second,
  /** How long it may take until a process that is starting can be used. */
  start: 10 * second,
  /**
   * How long it may take until the counts of rules' answers are in the database; they are written
   * every 5 s.
   */
  tally: 10 * second,
  /** How long it may take until a replay of rules over all stored messages has ended. */
  replay: 60 * second,
}
export type PromisedTime = keyof typeof promises

/**
 * How many times longer than promised a test waits before it fails. Test files run in parallel on
 * few processors, so a wait that is merely late is only reported.
 */
const slack = 4

/** Repeats the question until it succeeds; at the end its last error fails the test. */
export async function eventually<T>(
  ask: () => Promise<T> | T,
  promised: PromisedTime = 'soon',
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
