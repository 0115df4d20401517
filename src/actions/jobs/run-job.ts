// Each time slot of a job is run once: the row with (job, slot) is the lease for it. Only jobs that
// run in every process need none. A person can run a job by hand for their own company, but not
// twice at the same time.
import type { JobRunRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Ports } from '../../ports.ts'
import { presentRun } from '../../views/job.ts'
import { jobs, type Job } from './jobs.ts'

const leaseMs = 60_000
const failure = (error: unknown) => ({ failed: String(error) })

/** Runs the job for every company, as scheduled. Null if another process has the slot. */
export async function runSlot(ports: Ports, job: Job, slot: string): Promise<object | null> {
  const alone = !job.everywhere?.(ports)
  // read first, because if it fails after the slot is taken, nobody runs the job in this slot
  const companies = await ports.store.read.companies.list()
  if (alone && !(await take(ports, row(ports, job, { slot, companyId: null })))) return null
  const result: Record<string, object> = {}
  let first: object | null = null
  for (const { company_id: companyId } of companies) {
    if (job.once && first) {
      result[companyId] = first
      continue
    }
    first = result[companyId] = await job.run(ports, companyId).catch((error: unknown) => {
      ports.log.error(
        { job: job.name, companyId, error: String(error) },
        'a job failed for a company; it goes on with the next',
      )
      return failure(error)
    })
  }
  if (alone) await end(ports, job, { slot, result })
  return result
}

export async function runByHand(ports: Ports, me: { companyId: string }, name: string) {
  const job = jobs.find((one) => one.name === name)
  if (!job) {
    throw new AppError('not_found', `There is no job ${name}; GET /api/admin/jobs lists them.`)
  }
  const slot = `hand:${ports.ids()}`
  const taken = await ports.store.work('rest', async (unit) => {
    // locks the company, so that of two people who start the job at once the second one sees that
    // it is running and is refused
    await unit.companies.lock(me.companyId)
    const now = ports.clock.now()
    if (await unit.jobs.running(name, { since: now - leaseMs, now })) return null
    const mine = row(ports, job, { slot, companyId: me.companyId })
    await unit.jobs.take(mine)
    return mine
  })
  if (!taken) {
    throw new AppError('job_running', `${name} is running now; try again when it is over.`)
  }

  const result = await job.run(ports, me.companyId).catch(async (error: unknown) => {
    // a failed run has ended too: if that were not written, the job would count as running until
    // its lease ends. If it cannot be written, the caller must still learn why the run failed
    await end(ports, job, { slot, result: failure(error) }).catch(() => undefined)
    throw error
  })
  await end(ports, job, { slot, result })
  return presentRun({ ...taken, ended_at: ports.clock.now(), result: JSON.stringify(result) })
}

function row(
  ports: Ports,
  job: Job,
  { slot, companyId }: { slot: string; companyId: string | null },
): JobRunRow {
  const at = ports.clock.now()
  return {
    job: job.name,
    slot,
    company_id: companyId,
    token: ports.ids(),
    lease_until: at + leaseMs,
    started_at: at,
    ended_at: null,
    result: null,
  }
}

const take = (ports: Ports, mine: JobRunRow) =>
  ports.store.work('rest', (unit) => unit.jobs.take(mine))

async function end(
  ports: Ports,
  job: Job,
  { slot, result }: { slot: string; result: object },
): Promise<void> {
  await ports.store.work('rest', (unit) =>
    unit.jobs.end(job.name, slot, { at: ports.clock.now(), result: JSON.stringify(result) }),
  )
}

export async function listJobs(ports: Ports, me: { companyId: string }) {
  return {
    items: await Promise.all(
      jobs.map(async (job) => {
        const last = await ports.store.read.jobs.last(job.name, me.companyId)
        const now = ports.clock.now()
        return {
          name: job.name,
          everyMs: job.everyMs,
          nextRun: new Date(now - (now % job.everyMs) + job.everyMs).toISOString(),
          lastRun: last && presentRun(last, me.companyId),
        }
      }),
    ),
    next: null,
  }
}
