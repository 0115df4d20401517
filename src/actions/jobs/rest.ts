// How long a job that walks through all that is queued rests after a run. The quickest of the last runs tells how much there is; a
// longer one was held up by a busy machine, on which an index that is not exact is mended within 5 s, too.
const longRunMs = 1000
const shortRestMs = 2000

export const measuredRuns = 3

/** `times`: so many times as long as a run takes. */
export function restAfter(times: number, lastRunsMs: number[]): number {
  const quickest = lastRunsMs.length < measuredRuns ? 0 : Math.min(...lastRunsMs)
  return quickest > longRunMs ? times * quickest : Math.min(times * quickest, shortRestMs)
}
