// Checks the runs of jobs: each slot belongs to one process, and after disturbances every job
// continues.
import { jobs } from '../../../src/actions/jobs/jobs.ts'
import type { RunFacts } from './facts.ts'
import type { Rows } from './look.ts'
import { struckBetween } from './strikes.ts'

type JobRun = { job: string; slot: string; token: string; started_at: number }

const overlapMs = 120_000
/**
 * The runs are read every few seconds, so a disturbance up to ten seconds before a check may
 * explain what is found.
 */
const looksMs = 10_000
const soonMs = 60_000
/** Jobs that run often and with a lease, so that a missing run is noticed during a short test. */
const frequent = jobs.filter(({ everyMs, everywhere }) => everyMs <= soonMs && !everywhere)

export function openJobs({ world, promises, strikes }: RunFacts) {
  const seen = new Map<string, { token: string; at: number }>()
  /**
   * Whether an earlier run may have been deleted: a process that starts deletes runs with a time in
   * the future (decision 0038), and they are run again when that time comes.
   */
  const mayBeForgotten = (since: number) =>
    struckBetween(strikes, { from: since - looksMs }, ['kill', 'jump']) !== undefined
  let newest = 0
  let healedAt = 0
  return {
    look: async (rows: Rows) => {
      const runs = await rows<JobRun>(
        "select job, slot, token, started_at from job_run where slot not like 'hand:%' and started_at > ?",
        [newest - overlapMs],
      )
      for (const { job, slot, token, started_at: at } of runs) {
        const key = `${job} ${slot}`
        const before = seen.get(key)
        if (before?.token === token) continue
        if (!before) promises.saw('P18')
        else if (!mayBeForgotten(before.at)) {
          promises.broke('P18', `the slot ${key} was run twice`, [job])
        }
        seen.set(key, { token, at: performance.now() })
        newest = Math.max(newest, at)
      }
    },
    /**
     * Finds the frequent jobs that have not run since this function was first called, to check that
     * jobs continue after a disturbance.
     */
    behind: async (rows: Rows): Promise<string[]> => {
      if (healedAt === 0) healedAt = world.now()
      const ran = await rows<{ job: string }>(
        'select distinct job from job_run where started_at > ?',
        [healedAt],
      )
      const names = new Set(ran.map(({ job }) => job))
      return frequent
        .filter(({ name }) => !names.has(name))
        .map(({ name }) => `P18 the job ${name} has not run`)
    },
  }
}
