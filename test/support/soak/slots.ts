// Runs of jobs: who has taken a slot keeps it, and after everything is mended each job goes on.
import { jobs } from '../../../src/actions/jobs/jobs.ts'
import type { Facts } from './facts.ts'
import type { Rows } from './look.ts'

type Run = { job: string; slot: string; token: string; started_at: number }

const overlapMs = 120_000
const soonMs = 60_000
/** Those that come often, and with a lease. */
const frequent = jobs.filter(({ everyMs, everywhere }) => everyMs <= soonMs && !everywhere)

export function openJobs({ world, promises }: Facts) {
  const tokens = new Map<string, string>()
  let newest = 0
  let healedAt = 0
  return {
    look: async (rows: Rows) => {
      const runs = await rows<Run>(
        "select job, slot, token, started_at from job_run where slot not like 'hand:%' and started_at > ?",
        [newest - overlapMs],
      )
      for (const { job, slot, token, started_at: at } of runs) {
        const key = `${job} ${slot}`
        const before = tokens.get(key)
        if (before === undefined) promises.saw('P18')
        else if (before !== token) promises.broke('P18', `the slot ${key} was run twice`, [job])
        tokens.set(key, token)
        newest = Math.max(newest, at)
      }
    },
    /** Jobs that have not run since it was asked first. */
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
