// The only places where a test waits for time instead of a condition; the name says what it waits
// for. A test that waits for something to happen uses eventually.ts.
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits until something is old enough, which cannot be observed from outside. */
export const timePasses = (ms: number) => sleep(ms)

/**
 * Keeps an outage, a lock or a load going for this long; the test is about what happens during it.
 */
export const lasts = (ms: number) => sleep(ms)

/** Gives unwanted effects time to appear, before the test checks that there are none. */
export const nothingFor = (ms: number) => sleep(ms)

/** Pauses between two attempts or two observations, so that they do not keep the machine busy. */
export const betweenLooks = (ms: number) => sleep(ms)

/** Lets one participant start or answer a little later than the others. */
export const comesLater = (ms: number) => sleep(ms)

/** Waits for the work, and fails if it takes longer than this. */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const won = new AbortController()
  const late = sleep(ms, undefined, { signal: won.signal }).then(() => {
    throw new Error(`no answer in ${ms} ms`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    late.catch(() => undefined)
    won.abort()
  }
}
