// Clock.now() is the product's time. It is carried on by the monotonic clock and never goes back;
// time-source.ts keeps it in step with the database. An advance (from CLOCK_URL, in tests and
// demos) is added on top and never decreases.
import { performance } from 'node:perf_hooks'

export type Clock = {
  now: () => number
  mono: () => number
}

export type MovableClock = Clock & {
  /**
   * What the product's time is at a moment of the monotonic clock, without the advance of tests and
   * demos.
   */
  at: (mono: number) => number
  /**
   * Sets the product's time forward or back by this much. To go back it stands still for that long
   * instead, because it must never decrease.
   */
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
