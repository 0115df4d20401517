// The embedded database: one file, one writer, a read-only connection beside it that sees committed rows only, and a lock that
// refuses a second process and is freed by any death of the first.
import { randomUUID } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { DataSource } from 'typeorm'
import { entities } from '../../entities/index.ts'
import { sqlite } from './engine/dialect.ts'
import { openLogFile } from './engine/log-file.ts'
import { isUnforced } from './engine/unforced.ts'
import { runMigrations } from './engine/migrate.ts'
import { migrations } from './migrations/index.ts'
import type { Answer, Ask } from './engine/sql.ts'
import { checkSqlite } from './engine/sqlite-checks.ts'
import { openStatements } from './engine/sqlite-statements.ts'
import { probeDirectory } from './engine/probe-directory.ts'
import { openSlowReader } from './engine/slow-reader.ts'
import type { Inspected, Store, StoreOptions, Unit } from './store.ts'
import { openTransact, unitOn, type AskAll } from './transactions.ts'
import { openWriter } from './engine/writer.ts'

export async function openSqlite({
  url,
  dataDir,
  log,
  onSql,
  ending,
  lost,
  disk,
}: StoreOptions): Promise<Store> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const file = fileOf(url, dataDir)
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
  const reader = await openSource(file, true)
  const [ask, askReader] = [await askOf(writer), await askOf(reader)]
  const queue = openWriter()
  const failed = (error: unknown) => {
    log.warn({ error: String(error) }, 'the log could not be folded into the database')
  }
  const logFile = openLogFile(
    file,
    {
      failed,
      finish: () => {
        queue
          .run('push', async () => {
            logFile.refuseBroken()
            await ask('pragma wal_checkpoint(passive)', [])
          })
          .catch((error: unknown) => {
            if (isUnforced(error)) logFile.breakDown(error)
            else failed(error)
          })
      },
      broken: (why) => {
        log.error({}, `${why} Nothing is answered any more until kefu is started again.`)
        lost?.('The disk failed, so this process ends: look at it before you trust what it holds.')
      },
    },
    disk,
  )
  const transact = openTransact(sqlite, onSql)
  const askAll = inTurn(ask)
  const read = unitOn(sqlite, askReader)
  const slow = openSlowReader(file)

  const work: Store['work'] = async (kind, body, { committed } = {}) => {
    // the next unit may begin once this one is committed; whoever asked for it is answered once it is on the disk
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
      await work('push', (unit) => unit.accounts.remember('probe', randomUUID()))
      // beside the file: as long as its log is as large as it was, the database itself needs no room
      await probeDirectory(dirname(file))
    },
    check: () => checkSqlite(read.sql, file),
    refuses: sqlite.refuses,
    isDuplicate: sqlite.isDuplicate,
    close: async () => {
      await queue.idle()
      await slow.close()
      await logFile.close()
      // whoever is last folds the log, which must stay as it is where the disk has failed: the reader may not write
      for (const one of logFile.isBroken() ? [writer, reader] : [reader, writer]) {
        await one.destroy()
      }
      lock.close()
    },
  }
}

const fileOf = (url: string, dataDir: string) =>
  url === 'sqlite:' ? join(dataDir, 'kefu.db') : url.slice('sqlite:'.length)

/** Beside the process that holds the lock; changes nothing. */
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

async function openSource(file: string, readonly: boolean): Promise<DataSource> {
  return new DataSource({
    type: 'better-sqlite3',
    database: file,
    readonly,
    entities,
    migrations,
    migrationsTableName: 'migrations',
    prepareDatabase: (database: Database.Database) => {
      database.pragma('busy_timeout = 200')
      if (readonly) return
      database.pragma('journal_mode = WAL')
      // log-file.ts forces what is committed before anyone is answered, and folds the log in
      database.pragma('synchronous = NORMAL')
      database.pragma('wal_autocheckpoint = 0')
      database.pragma('cache_size = -65536')
      // what a statement of many rows may have to undo is not kept in a file
      database.pragma('temp_store = MEMORY')
    },
  }).initialize()
}

/** TypeORM opens and migrates; statements go to the connection it has opened, where its own way costs twice as much a row. */
async function askOf(source: DataSource): Promise<Ask> {
  return openStatements((await source.createQueryRunner().connect()) as Database.Database)
}

/** There is no journey to spare. */
const inTurn =
  (ask: Ask): AskAll =>
  async (statements) => {
    let answer: Answer = { records: [], affected: 0, insertId: 0 }
    for (const { text, values } of statements) answer = await ask(text, values)
    return answer
  }
