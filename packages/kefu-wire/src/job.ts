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
  /** Null while it runs. */
  endedAt: Time | null
  /** What it did for one's own company, in words of its own. */
  result: unknown
}

/** The invariants, on live data. */
export interface SelfCheck {
  ok: boolean
  promises: CheckedPromise[]
}

export interface CheckedPromise {
  id: string
  verdict: 'ok' | 'violated'
  detail: string
}
