// DATABASE_URL is asked here and nowhere else. Embedded: one SQLite file, one writer, a read-only connection beside it that
// sees committed rows only, and a lock that refuses a second process and is freed by any death of the first.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { DataSource, type QueryRunner } from 'typeorm'
import { entities } from '../../entities/index.ts'
import type { Log } from '../log.ts'
import { sqlite } from './dialect.ts'
import { Initial1700000000001 } from './migrations/0001-initial.ts'
import { openSql, type Sql } from './sql.ts'
import { tables, type Tables } from './tables.ts'
import { openWriter, type WorkClass } from './writer.ts'

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

export async function openStore(options: StoreOptions): Promise<Store> {
  if (!options.url.startsWith('sqlite:')) {
    throw new Error('DATABASE_URL: this release speaks SQLite only (sqlite:). Leave DATABASE_URL unset to use DATA_DIR.')
  }
  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 })
  const file = options.url === 'sqlite:' ? join(options.dataDir, 'kefu.db') : options.url.slice('sqlite:'.length)
  const lock = takeLock(`${file}.lock`)
  const writer = await openSource(file, false)
  await writer.runMigrations({ transaction: 'each' })
  const reader = await openSource(file, true)
  return bindStore({ writer, reader, lock, ...(options.onSql && { onSql: options.onSql }) })
}

function takeLock(file: string): Database.Database {
  const lock = new Database(file, { timeout: 0 })
  try {
    lock.pragma('locking_mode = EXCLUSIVE')
    lock.exec('begin exclusive')
    return lock
  } catch {
    lock.close()
    throw new Error(`${file} is held by another kefu: end that process first, or give this one another DATA_DIR.`)
  }
}

function openSource(file: string, readonly: boolean): Promise<DataSource> {
  return new DataSource({
    type: 'better-sqlite3', database: file, readonly, entities, migrations: [Initial1700000000001], migrationsTableName: 'migrations',
    statementCacheSize: 500,
    prepareDatabase: (database: Database.Database) => {
      database.pragma('busy_timeout = 200')
      if (readonly) return
      database.pragma('journal_mode = WAL')
      database.pragma('synchronous = FULL')
      database.pragma('cache_size = -65536')
      // a hot page is written back once for many commits; larger still and folding the log in holds everyone up
      database.pragma('wal_autocheckpoint = 4000')
    },
  }).initialize()
}

type Opened = { writer: DataSource, reader: DataSource, lock: Database.Database, onSql?: SqlHeard }

function bindStore({ writer, reader, lock, onSql }: Opened): Store {
  const queue = openWriter()
  const runner = writer.createQueryRunner()
  const readRunner = reader.createQueryRunner()
  let unitNumber = 0
  let kindNow: WorkClass = 'rest'
  const heard = onSql && ((query: string) => { onSql(unitNumber, kindNow, query) })
  const unit = unitOn(() => runner, heard)

  const work = <T>(kind: WorkClass, body: (unit: Unit) => Promise<T>) => queue.run(kind, async () => {
    unitNumber += 1
    kindNow = kind
    await runner.query(sqlite.begin)
    try {
      const result = await body(unit)
      await runner.query('commit')
      return result
    } catch (error) {
      // a failed commit may have ended the transaction already; what counts is the first error
      await runner.query('rollback').catch(() => undefined)
      throw error
    }
  })

  return {
    work,
    read: unitOn(() => readRunner),
    databaseMs: async () => Number((await unit.sql.one<{ ms: number }>(sqlite.nowMs))?.ms),
    probe: () => queue.run('push', async () => {
      await runner.query(sqlite.begin)
      await runner.query("update installation set value = value where name = 'probe'")
      await runner.query('rollback')
    }),
    refuses: sqlite.refuses,
    isDuplicate: sqlite.isDuplicate,
    close: async () => {
      await queue.idle()
      await reader.destroy()
      await writer.destroy()
      lock.close()
    },
  }
}

function unitOn(runner: () => QueryRunner, heard?: (query: string) => void): Unit {
  const sql = openSql(runner, sqlite, heard)
  return { sql, ...tables(sql) }
}
