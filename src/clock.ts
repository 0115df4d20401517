// Clock.now() is the database's time, carried on by the monotonic clock between samples and never falling, so that several
// processes and a wall clock set back agree. An advance (CLOCK_URL, tests) is added on top and never goes back either.
import { performance } from 'node:perf_hooks'

export type Clock = {
  now: () => number
  mono: () => number
}

export type MovableClock = Clock & {
  sample: (databaseMs: number) => void
  advance: (totalMs: number) => void
  advanced: () => number
}

export function openClock(databaseMs: number, advanceMs = 0): MovableClock {
  let base = databaseMs - performance.now()
  let advance = advanceMs
  let last = 0

  return {
    now: () => {
      last = Math.max(last, Math.floor(base + performance.now()) + advance)
      return last
    },
    mono: () => performance.now(),
    sample: (ms) => {
      base = ms - performance.now()
    },
    advance: (total) => {
      advance = Math.max(advance, total)
    },
    advanced: () => advance,
  }
}
