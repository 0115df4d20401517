import type { Log } from '../log.ts'
import type { Disk } from './engine/log-file.ts'
import type { Sql } from './engine/sql.ts'
import type { Finding } from './engine/finding.ts'
import type { Tables } from './tables.ts'
import type { WorkClass } from './engine/writer.ts'

export type Unit = Tables & {
  sql: Sql
  /** The transaction has been tried before, and what it had read without a lock was out of date. */
  again: boolean
}
export type SqlHeard = (unit: number, kind: WorkClass, query: string) => void
export type StoreOptions = {
  url: string
  dataDir: string
  log: Log
  onSql?: SqlHeard
  /**
   * Set if several processes could not share what they need (there is no Redis), so a second
   * process must be refused.
   */
  alone?: boolean
  /**
   * Called with the reason why this process must end: a second process is running, or the disk has
   * failed.
   */
  lost?: ((why: string) => void) | undefined
  /** Replaces the disk of the machine for forcing SQLite's log; used by tests. */
  disk?: Disk | undefined
  /** Opens the database without migrating it. */
  asItIs?: boolean
  /** Stops a migration between two of its steps. */
  ending?: AbortSignal | undefined
}

export type WorkLimits = {
  /** No attempt starts after this time. */
  until?: number | undefined
  /**
   * Called when the commit is visible to the next transaction although it is not on disk yet. Only
   * called if there is a single writer.
   */
  committed?: (() => void) | undefined
}

export type Store = {
  /**
   * Runs one transaction: all of it or nothing. If several processes write it may be tried again,
   * so it must read everything it needs itself.
   */
  work: <T>(
    kind: WorkClass,
    work: (unit: Unit) => T | Promise<T>,
    limits?: WorkLimits,
  ) => Promise<T>
  /** Reads committed rows only. Nothing that is written may be decided by such a read alone. */
  read: Unit
  /** The same for long reads (replays, search, reports); they do not delay normal requests. */
  slow: Unit
  databaseMs: () => Promise<number>
  /**
   * Writes, commits and forces something to disk. Throws if a push could not be stored at the
   * moment.
   */
  probe: () => Promise<void>
  check: () => Promise<Finding[]>
  /** The migrations that were applied when the store was opened. */
  migrated: string[]
  refuses: (error: unknown) => boolean
  isDuplicate: (error: unknown) => boolean
  close: () => Promise<void>
}

/** A store opened for looking on while another process works: it decides and writes nothing. */
export type Inspected = Pick<Store, 'read' | 'databaseMs' | 'check' | 'close'>
