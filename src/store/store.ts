import type { Log } from '../log.ts'
import type { Disk } from './engine/log-file.ts'
import type { Sql } from './engine/sql.ts'
import type { Finding } from './engine/finding.ts'
import type { Tables } from './tables.ts'
import type { WorkClass } from './engine/writer.ts'

export type Unit = Tables & {
  sql: Sql
  /**
   * Whether the transaction is tried again because what it had read without a lock was out of date.
   */
  again: boolean
}
export type SqlHeard = (unit: number, kind: WorkClass, query: string) => void
export type StoreOptions = {
  url: string
  dataDir: string
  log: Log
  onSql?: SqlHeard
  /**
   * Set if a second process must be refused, because without Redis processes cannot share the queue
   * index and the cache.
   */
  alone?: boolean
  /**
   * Called with the reason why this process must end: a second process is running, or the disk has
   * failed.
   */
  lost?: ((why: string) => void) | undefined
  /** Lets a test replace the disk to which SQLite's log is forced. */
  disk?: Disk | undefined
  /** Whether to open the database as it is, without migrating it. */
  asItIs?: boolean
  /** Stops a migration between two of its steps. */
  ending?: AbortSignal | undefined
}

export type WorkLimits = {
  /**
   * The moment, by the monotonic clock, after which a failed transaction is not tried again,
   * because nobody waits for it any more.
   */
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
  /**
   * Reads committed rows, for reads that take long, so that they do not delay normal requests:
   * replays and the export of rules, the unanswered questions, the customers who will be reclaimed
   * soon, and the count of downloads.
   */
  slow: Unit
  databaseMs: () => Promise<number>
  /**
   * Writes, commits and forces something to disk. Throws if a push could not be stored at the
   * moment.
   */
  probe: () => Promise<void>
  check: () => Promise<Finding[]>
  /** The names of the migrations that were applied when the store was opened. */
  migrated: string[]
  refuses: (error: unknown) => boolean
  isDuplicate: (error: unknown) => boolean
  close: () => Promise<void>
}

/**
 * A store that was opened to read while another process works with the database. It writes nothing.
 */
export type Inspected = Pick<Store, 'read' | 'databaseMs' | 'check' | 'close'>
