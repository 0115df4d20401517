import type { Log } from '../log.ts'
import type { Sql } from './sql.ts'
import type { Tables } from './tables.ts'
import type { WorkClass } from './writer.ts'

export type Unit = Tables & { sql: Sql }
export type SqlHeard = (unit: number, kind: WorkClass, query: string) => void
export type StoreOptions = { url: string, dataDir: string, log: Log, onSql?: SqlHeard }

export type Store = {
  /** One transaction: all of it or nothing. */
  work: <T>(kind: WorkClass, work: (unit: Unit) => Promise<T>) => Promise<T>
  /** Committed rows only; never decides anything that is written. */
  read: Unit
  databaseMs: () => Promise<number>
  /** Throws when a push could not be stored now. */
  probe: () => Promise<void>
  refuses: (error: unknown) => boolean
  isDuplicate: (error: unknown) => boolean
  close: () => Promise<void>
}
