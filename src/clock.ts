// Clock.now() is the product's time, carried on by the monotonic clock and never falling; time-source.ts keeps it to the database's.
// An advance (CLOCK_URL, tests) is added on top and never goes back either.
import { performance } from 'node:perf_hooks'

export type Clock = {
  now: () => number
  mono: () => number
}

export type MovableClock = Clock & {
  /** The time at a moment of the monotonic clock, without the advance. */
  at: (mono: number) => number
  /** Backwards it stands still for as long. */
  move: (ms: number) => void
  advance: (totalMs: number) => void
  advanced: () => number
}

export function openClock(
  nowMs: number,
  { advanceMs = 0, mono = () => performance.now() } = {},
): MovableClock {
  let base = nowMs - mono()
  let advance = advanceMs
  let last = 0

  return {
    now: () => {
      last = Math.max(last, Math.floor(base + mono()) + advance)
      return last
    },
    mono,
    at: (moment) => base + moment,
    move: (ms) => {
      base += ms
    },
    advance: (total) => {
      advance = Math.max(advance, total)
    },
    advanced: () => advance,
  }
}
