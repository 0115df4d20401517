// The embedded database: one file with one writer, a read-only connection that sees only committed
// rows, and a lock that refuses a second process and is freed whenever the first one dies.
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { DataSource } from 'typeorm'
import { sqlite } from './engine/dialect.ts'
import { openLogFile, type LogFile } from './engine/log-file.ts'
import { isUnforced } from './engine/unforced.ts'
import { runMigrations } from './engine/migrate.ts'
import { migrations } from './migrations/index.ts'
import type { SqlAnswer, AskSql } from './engine/sql.ts'
import { checkSqlite } from './engine/sqlite-checks.ts'
import { openStatements } from './engine/sqlite-statements.ts'
import { probeDirectory } from './engine/probe-directory.ts'
import { openSlowReader } from './engine/slow-reader.ts'
import type { Inspected, Store, StoreOptions, Unit } from './store.ts'
import { openTransact, unitOn, type AskAll } from './transactions.ts'
import { openWriter } from './engine/writer.ts'

export async function openSqlite(options: StoreOptions): Promise<Store> {
  const { url, dataDir, onSql } = options
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = fileOf(url, dataDir)
  const { lock, writer, migrated } = await openAlone(file, options)
  const reader = await openSource(file, true)
  const [ask, askReader] = [await askOf(writer), await askOf(reader)]
  const queue = openWriter()
  const logFile = openLog(file, { ask, queue }, options)
  const transact = openTransact(sqlite, onSql)
  const askAll = inTurn(ask)
  const read = unitOn(sqlite, askReader)
  const slow = openSlowReader(file)

  const work: Store['work'] = async (kind, body, { committed } = {}) => {
    // the next transaction may start as soon as this one is committed, but the caller is answered
    // only when it is on disk
    const result = await queue.run(kind, async () => {
      logFile.refuseBroken()
      return transact({ ask: askAll }, kind, body)
    })
    committed?.()
    await logFile.forced()
    return result
  }

  return {
    read,
    migrated,
    slow: unitOn(sqlite, slow.ask),
    work,
    databaseMs: nowOf(read),
    probe: async () => {
      await work('push', (unit) => unit.installation.remember('probe', randomUUID()))
      // tests the disk with a separate file, because the database may not need more space as long
      // as its log does not grow
      await probeDirectory(dirname(file))
    },
    check: () => checkSqlite(read.sql, file),
    refuses: sqlite.refuses,
    isDuplicate: sqlite.isDuplicate,
    close: async () => {
      await queue.idle()
      await slow.close()
      await logFile.close()
      // the connection that is closed last copies the log into the database file; if the disk has
      // failed that must not happen, so the read-only one, which cannot copy, is closed last then
      for (const one of logFile.isBroken() ? [writer, reader] : [reader, writer]) {
        await one.destroy()
      }
      lock.close()
    },
  }
}

/** Takes the lock, opens the database for writing and migrates it. */
async function openAlone(file: string, { ending }: Pick<StoreOptions, 'ending'>) {
  const lock = takeLock(`${file}.lock`)
  const writer = await openSource(file, false)
  const migrated = await runMigrations(writer, writer.createQueryRunner(), {
    transaction: 'each',
    ending,
  }).catch(async (error: unknown) => {
    await writer.destroy()
    lock.close()
    throw error
  })
  return { lock, writer, migrated }
}

type Writing = { ask: AskSql; queue: ReturnType<typeof openWriter> }

/**
 * Opens the handling of SQLite's log. A thread copies the log into the database file; what the
 * thread cannot copy, the writer copies between its transactions.
 */
function openLog(
  file: string,
  { ask, queue }: Writing,
  { log, lost, disk }: Pick<StoreOptions, 'log' | 'lost' | 'disk'>,
): LogFile {
  const failed = (error: unknown) => {
    log.warn({ error: String(error) }, 'the log could not be folded into the database')
  }
  const finish = async () => {
    logFile.refuseBroken()
    await ask('pragma wal_checkpoint(passive)', [])
  }
  const broken = (why: string) => {
    log.error({}, `${why} Nothing is answered any more until kefu is started again.`)
    lost?.('The disk failed, so this process ends: look at it before you trust what it holds.')
  }
  const logFile = openLogFile(
    file,
    {
      failed,
      broken,
      finish: () => {
        queue.run('push', finish).catch((error: unknown) => {
          if (isUnforced(error)) logFile.breakDown(error)
          else failed(error)
        })
      },
    },
    disk,
  )
  return logFile
}

const fileOf = (url: string, dataDir: string) =>
  url === 'sqlite:' ? join(dataDir, 'kefu.db') : url.slice('sqlite:'.length)

/** Opens the database for reading while another process holds its lock, as the doctor does. */
export async function inspectSqlite({ url, dataDir }: StoreOptions): Promise<Inspected> {
  const file = fileOf(url, dataDir)
  if (!existsSync(file)) {
    throw new Error(`There is no ${file} yet: npm run serve, or npm run migrate, makes it.`)
  }
  const reader = await openSource(file, true)
  const read = unitOn(sqlite, await askOf(reader))
  return {
    read,
    databaseMs: nowOf(read),
    check: () => checkSqlite(read.sql, file),
    close: () => reader.destroy(),
  }
}

const nowOf = (read: Unit) => async () =>
  Number((await read.sql.one<{ ms: number }>(sqlite.nowMs))?.ms)

function takeLock(file: string): Database.Database {
  const lock = new Database(file, { timeout: 0 })
  try {
    lock.pragma('locking_mode = EXCLUSIVE')
    lock.exec('begin exclusive')
    return lock
  } catch {
    lock.close()
    throw new Error(
      `${file} is held by another kefu: end that process first, or give this one another DATA_DIR.`,
    )
  }
}

/**
 * TypeORM does not get the entities: it would describe every table to itself at each start, but all
 * statements are ours.
 */
async function openSource(file: string, readonly: boolean): Promise<DataSource> {
  return new DataSource({
    type: 'better-sqlite3',
    database: file,
    readonly,
    migrations,
    migrationsTableName: 'migrations',
    prepareDatabase: (database: Database.Database) => {
      database.pragma('busy_timeout = 200')
      if (readonly) return
      database.pragma('journal_mode = WAL')
      // SQLite itself need not force each commit to disk: log-file.ts does that before anyone is
      // answered, and copies the log into the file
      database.pragma('synchronous = NORMAL')
      database.pragma('wal_autocheckpoint = 0')
      database.pragma('cache_size = -65536')
      // SQLite keeps the data with which it can undo a large statement in memory and not in a file
      database.pragma('temp_store = MEMORY')
    },
  }).initialize()
}

/**
 * TypeORM opens the database and migrates it. Statements then use the underlying connection
 * directly, which takes half the time per row.
 */
async function askOf(source: DataSource): Promise<AskSql> {
  return openStatements((await source.createQueryRunner().connect()) as Database.Database)
}

/**
 * statements are sent one after the other, because SQLite has no network round trips that could be
 * saved by sending several at once
 */
const inTurn =
  (ask: AskSql): AskAll =>
  async (statements) => {
    let answer: SqlAnswer = { records: [], affected: 0, insertId: 0 }
    for (const { text, values } of statements) answer = await ask(text, values)
    return answer
  }
