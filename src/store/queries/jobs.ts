import type { JobRunRow } from '../../../entities/index.ts'
import { Queries } from '../engine/queries.ts'

export class JobQueries extends Queries {
  /**
   * Inserts the row of a job's time slot. True for the one process that inserted it and so may run
   * the job.
   */
  async take(row: JobRunRow) {
    this.sql.insertNew('job_run', [row])
    const stands = await this.sql.one<{ token: string }>(
      'select token from job_run where job = ? and slot = ?',
      [row.job, row.slot],
    )
    return stands?.token === row.token
  }

  end(job: string, slot: string, { at, result }: { at: number; result: string }) {
    this.sql.write('update job_run set ended_at = ?, result = ? where job = ? and slot = ?', [
      at,
      result,
      job,
      slot,
    ])
  }

  /**
   * Deletes runs with a start time in the future, because they would block those slots when their
   * time comes.
   */
  forgetAfter(at: number) {
    return this.sql.run('delete from job_run where started_at > ?', [at])
  }

  last(job: string, companyId: string) {
    return this.sql.one<JobRunRow>(
      'select * from job_run where job = ? and (company_id is null or company_id = ?) order by started_at desc limit 1',
      [job, companyId],
    )
  }

  /**
   * A run of the job that is under way, or null. A run that began before `since` does not count,
   * because its lease must have ended since.
   */
  running(job: string, { since, now }: { since: number; now: number }) {
    return this.sql.one<JobRunRow>(
      'select * from job_run where job = ? and started_at >= ? and ended_at is null and lease_until > ? limit 1',
      [job, since, now],
    )
  }
}
