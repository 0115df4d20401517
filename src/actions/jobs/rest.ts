// How long a job that walks through the whole queue rests after a run. The shortest of its recent
// runs shows how much work there is; longer ones were only slowed down by a busy machine, where the
// index must still be repaired within 5 s.
const longRunMs = 1000
const shortRestMs = 2000

export const measuredRuns = 3

/**
 * How many milliseconds a job rests after a run. `times` is the multiple of its duration that it
 * must rest; if a run takes at most a second, two seconds are enough.
 */
export function restAfter(times: number, lastRunsMs: number[]): number {
  const quickest = lastRunsMs.length < measuredRuns ? 0 : Math.min(...lastRunsMs)
  return quickest > longRunMs ? times * quickest : Math.min(times * quickest, shortRestMs)
}
