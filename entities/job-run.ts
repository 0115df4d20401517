import { big, id, key, long, nullable, primary, type Row, table } from './columns.ts'

/**
 * One run of a job: in a time slot, or by hand (then `slot` is `hand:` and a random id). The row of
 * a time slot is also its lease: whichever process inserts it may run the job.
 */
export const jobRun = table(
  'job_run',
  {
    job: key(48, primary),
    slot: key(64, primary),
    company_id: id(nullable),
    /** A random id by which the process that inserted the row recognises it. */
    token: id(),
    lease_until: big(),
    started_at: big(),
    ended_at: big(nullable),
    result: long(nullable),
  },
  {
    indices: [
      { name: 'ix_job_run_started_at', columns: ['started_at'] },
      { name: 'ix_job_run_job_started_at', columns: ['job', 'started_at'] },
    ],
  },
)
export type JobRunRow = Row<typeof jobRun>
