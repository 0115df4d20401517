// Runs jobs by schedule. node-cron only triggers a check. The product's time is divided into slots,
// so a moved clock has its effect within a second, and the slot's row in the database decides which
// process runs the job. A missed slot is run once, late, because every job looks only at the
// present state.
import cron from 'node-cron'
import { jobs, type Job } from '../actions/jobs/jobs.ts'
import { measuredRuns, restAfter } from '../actions/jobs/rest.ts'
import { runSlot } from '../actions/jobs/run-job.ts'
import type { Ports } from '../ports.ts'

export const jobFailed = 'a job failed; it is tried again soon'

/**
 * When a job that failed is tried again, unless its next slot comes sooner. Not at once, because a
 * database that is locked makes each attempt wait.
 */
const againAfterMs = 30_000

export function openSchedule(ports: Ports) {
  const lastSlot = new Map<string, number>()
  const running = new Map<string, Promise<void>>()
  const restsUntil = new Map<string, number>()
  const lastRuns = new Map<string, number[]>()

  const runDue = (job: Job) => {
    const slot = Math.floor(ports.clock.now() / job.everyMs)
    if (
      lastSlot.get(job.name) === slot ||
      running.has(job.name) ||
      ports.clock.mono() < (restsUntil.get(job.name) ?? 0)
    ) {
      return
    }
    lastSlot.set(job.name, slot)
    running.set(
      job.name,
      run(job, String(slot))
        .catch((error: unknown) => {
          if (job.everyMs > againAfterMs) {
            // if the job was run and only its end could not be written, the slot is taken
            lastSlot.delete(job.name)
            restsUntil.set(job.name, ports.clock.mono() + againAfterMs)
          }
          ports.log.error({ job: job.name, error: String(error) }, jobFailed)
        })
        .finally(() => {
          running.delete(job.name)
        }),
    )
  }
  const run = async (job: Job, slot: string) => {
    const began = ports.clock.mono()
    // the duration is only recorded if this process ran the job; if another process had the slot,
    // our time says nothing about how long the job takes
    if ((await runSlot(ports, job, slot)) === null) return
    const now = ports.clock.mono()
    const runs = [...(lastRuns.get(job.name) ?? []), now - began].slice(-measuredRuns)
    lastRuns.set(job.name, runs)
    restsUntil.set(job.name, now + restAfter(job.rests ?? 0, runs))
  }
  // whether jobs are due is checked every second; if a check is late or missing, the next one makes
  // up for it
  const task = cron.schedule(
    '* * * * * *',
    () => {
      for (const job of jobs) runDue(job)
    },
    { suppressMissedWarning: true },
  )

  return {
    close: async () => {
      await task.destroy()
      await Promise.all(running.values())
    },
  }
}
