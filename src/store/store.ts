import type { Log } from '../log.ts'
import type { Disk } from './engine/log-file.ts'
import type { Sql } from './engine/sql.ts'
import type { Finding } from './engine/finding.ts'
import type { Tables } from './tables.ts'
import type { WorkClass } from './engine/writer.ts'

export type Unit = Tables & {
  sql: Sql
  /** It has been tried before, and what it had read without a lock was out of date. */
  again: boolean
}
export type SqlHeard = (unit: number, kind: WorkClass, query: string) => void
export type StoreOptions = {
  url: string
  dataDir: string
  log: Log
  onSql?: SqlHeard
  /** Nothing that several processes share: a second one must be refused. */
  alone?: boolean
  /** Hears why this process must end: a second one has come all the same, or the disk has failed. */
  lost?: ((why: string) => void) | undefined
  /** Another than the machine's, where SQLite's log is forced. */
  disk?: Disk | undefined
  /** Leaves the schema as it is. */
  asItIs?: boolean
  /** Ends a migration between two of its steps. */
  ending?: AbortSignal | undefined
}

export type WorkLimits = {
  /** No try begins after this moment. */
  until?: number | undefined
  /** What was written is seen by the next unit, though it is not on the disk yet; only where nobody else writes. */
  committed?: (() => void) | undefined
}

export type Store = {
  /** One transaction: all of it or nothing. Where several processes write it may be tried again, so it reads all it needs itself. */
  work: <T>(kind: WorkClass, work: (unit: Unit) => Promise<T>, limits?: WorkLimits) => Promise<T>
  /** Committed rows only; never decides anything that is written. */
  read: Unit
  /** The same for reads that take long (replays, search, reports): nobody who is served waits for them. */
  slow: Unit
  databaseMs: () => Promise<number>
  /** Writes, commits and forces; throws when a push could not be stored now. */
  probe: () => Promise<void>
  check: () => Promise<Finding[]>
  /** What opening it added to the schema. */
  migrated: string[]
  refuses: (error: unknown) => boolean
  isDuplicate: (error: unknown) => boolean
  close: () => Promise<void>
}

/** For looking on while others work: decides nothing, writes nothing. */
export type Inspected = Pick<Store, 'read' | 'databaseMs' | 'check' | 'close'>
