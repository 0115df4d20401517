import type { JobRun } from 'kefu-wire'
import type { JobRunRow } from '../../entities/index.ts'
import { presentTime } from './times.ts'

/**
 * A run of a job as the API shows it. If the run was for all companies, a person sees only the part
 * of their own company.
 */
export function presentRun(row: JobRunRow, companyId?: string): JobRun {
  const result = row.result === null ? null : (JSON.parse(row.result) as Record<string, unknown>)
  const own =
    row.company_id === null && companyId !== undefined ? (result?.[companyId] ?? null) : result
  return {
    name: row.job,
    slot: row.slot,
    startedAt: presentTime(row.started_at),
    endedAt: presentTime(row.ended_at),
    result: own,
  }
}
