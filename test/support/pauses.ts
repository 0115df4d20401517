// The only places where a test waits for time and not for a condition; each name says what for. Whoever waits until something has
// happened asks for it: eventually.ts.
import { setTimeout as sleep } from 'node:timers/promises'

/** What is asked is a matter of time: something grows old, and nothing shows it from outside. */
export const timePasses = (ms: number) => sleep(ms)

/** Something is away, or held, or under load for so long; what goes on meanwhile is the test. */
export const lasts = (ms: number) => sleep(ms)

/** Nothing more comes: what would come by mistake has had the time to. */
export const nothingFor = (ms: number) => sleep(ms)

/** Two looks at the same, or two tries of it. */
export const betweenLooks = (ms: number) => sleep(ms)

/** It begins, or answers, a little after the others. */
export const comesLater = (ms: number) => sleep(ms)

/** Fails where the work takes longer. */
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
