import type { Time, Whole } from './basic.ts'

export interface Job {
  name: string
  everyMs: Whole
  nextRun: Time
  lastRun: JobRun | null
}

export interface JobRun {
  name: string
  slot: string
  startedAt: Time
  /** When the job ended; null while it is running, and if it was cut off before its end. */
  endedAt: Time | null
  /** What the job did for the caller's company; its form depends on the job. */
  result: unknown
}

/** The result of a self-check, which looks for stored data that contradict the promises of kefu. */
export interface SelfCheck {
  ok: boolean
  promises: CheckedPromise[]
}

export interface CheckedPromise {
  id: string
  verdict: 'ok' | 'violated'
  detail: string
}
