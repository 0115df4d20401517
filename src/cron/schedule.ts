// The clock's door. node-cron only ticks; a slot is the product's time cut into periods, so a moved clock shows within a second,
// and the slot's row in SQL decides who runs. What is missed runs once, late: every action asks what is true now.
import cron from 'node-cron'
import { jobs, type Job } from '../actions/jobs/jobs.ts'
import { runSlot } from '../actions/jobs/run-job.ts'
import type { Ports } from '../ports.ts'

const longRunMs = 1000
const shortRestMs = 2000

/** An index that is not exact is mended within 5 s, also on a busy machine: only a long run is followed by a long rest. */
const restAfter = ({ rests = 0 }: Job, tookMs: number) => tookMs > longRunMs ? rests * tookMs : Math.min(rests * tookMs, shortRestMs)

export function openSchedule(ports: Ports) {
  const lastSlot = new Map<string, number>()
  const running = new Map<string, Promise<void>>()
  const restsUntil = new Map<string, number>()

  const runDue = (job: Job) => {
    const slot = Math.floor(ports.clock.now() / job.everyMs)
    if (lastSlot.get(job.name) === slot || running.has(job.name) || ports.clock.mono() < (restsUntil.get(job.name) ?? 0)) return
    const began = ports.clock.mono()
    lastSlot.set(job.name, slot)
    running.set(job.name, runSlot(ports, job, String(slot)).then(() => undefined, (error: unknown) => {
      ports.log.error({ job: job.name, error: String(error) }, 'a job failed; its next slot runs')
    }).finally(() => {
      running.delete(job.name)
      restsUntil.set(job.name, ports.clock.mono() + restAfter(job, ports.clock.mono() - began))
    }))
  }
  // a tick that comes late or not at all is made good by the next
  const task = cron.schedule('* * * * * *', () => { for (const job of jobs) runDue(job) }, { suppressMissedWarning: true })

  return {
    close: async () => {
      await task.destroy()
      await Promise.all(running.values())
    },
  }
}
