import { EntitySchema } from 'typeorm'
import { big, id, key, long, nullable, primary } from './columns.ts'

/** One run of one job in one slot; the row is its lease. */
export type JobRunRow = {
  job: string
  slot: string
  company_id: string | null
  /** Who has the slot. */
  token: string
  lease_until: number
  started_at: number
  ended_at: number | null
  result: string | null
}

export const jobRun = new EntitySchema<JobRunRow>({
  name: 'job_run',
  tableName: 'job_run',
  columns: {
    job: key(48, primary),
    slot: key(64, primary),
    company_id: id(nullable),
    token: id(),
    lease_until: big(),
    started_at: big(),
    ended_at: big(nullable),
    result: long(nullable),
  },
  indices: [
    { name: 'ix_job_run_started_at', columns: ['started_at'] },
    { name: 'ix_job_run_job_started_at', columns: ['job', 'started_at'] },
  ],
})
