// MySQL or MariaDB: several equal processes write, rows are locked, and what stands in each other's way is tried again.
import { setTimeout as sleep } from 'node:timers/promises'
import { DataSource, type QueryRunner } from 'typeorm'
import { entities } from '../../entities/index.ts'
import { OutOfDate } from '../errors.ts'
import { mysql } from './dialect.ts'
import { refuseWhenEnding, runMigrations } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { checkMysql } from './mysql-checks.ts'
import type { Answer, Ask, Statement } from './sql.ts'
import type { Store, StoreOptions, Unit } from './store.ts'
import { openTransact, unitOn } from './transactions.ts'
import type { WorkClass } from './writer.ts'

// a push never waits behind claims and reports for a connection
const pools = {
  push: { connections: 6, lockWaitSeconds: 1, statementSeconds: 1.5, writes: true },
  other: { connections: 14, lockWaitSeconds: 3, statementSeconds: 4, writes: true },
  read: { connections: 6, lockWaitSeconds: 1, statementSeconds: 4, writes: false },
  // beside what serves people: search, reports, replays
  slow: { connections: 2, lockWaitSeconds: 1, statementSeconds: 60, writes: false },
  // a change of a large table takes as long as it takes
  migration: { connections: 2, lockWaitSeconds: 600, statementSeconds: 0, writes: false },
}
const withinMs = 3000

export async function openMysql(options: StoreOptions): Promise<Store> {
  const { url, log, onSql, alone, asItIs } = options
  const migrated = asItIs ? [] : await migrate(options)
  const push = await openPool(url, pools.push)
  const other = await openPool(url, pools.other)
  const reader = await openPool(url, pools.read)
  const read = unitOn(mysql, (text, values) =>
    withRunner(reader, (runner) => asked(runner, text, values)),
  )
  const patient = await openPool(url, pools.slow)
  const slow = unitOn(mysql, (text, values) =>
    withRunner(patient, (runner) => asked(runner, text, values)),
  )
  const closeAll = async () => {
    for (const source of [push, other, reader, patient]) await source.destroy()
  }
  const letGo = alone
    ? await takeAlone(other).catch(async (error: unknown) => {
        await closeAll()
        throw error
      })
    : null
  const findings = await checkMysql(read.sql)
  for (const { what, remedy } of findings.filter(({ ok }) => !ok)) log.error({ remedy }, what)
  const transact = openTransact(mysql, onSql)

  const once = <T>(kind: WorkClass, body: (unit: Unit) => Promise<T>, again = false): Promise<T> =>
    withRunner(kind === 'push' ? push : other, (runner) =>
      transact({ ask: (statements) => askedAll(runner, statements), again }, kind, body),
    )

  return {
    read,
    slow,
    migrated,
    work: async (kind, body, { until = performance.now() + withinMs } = {}) => {
      let late = false
      for (let tried = 0; ; tried += 1) {
        try {
          return await once(kind, body, late)
        } catch (error) {
          late ||= error instanceof OutOfDate
          if (
            !(error instanceof OutOfDate || mysql.mayRepeat(error)) ||
            performance.now() > until
          ) {
            throw error
          }
          await sleep(5 + Math.random() * 40 * (tried + 1))
        }
      }
    },
    databaseMs: async () => Number((await read.sql.one<{ ms: number }>(mysql.nowMs))?.ms),
    probe: async () => {
      const nothing = new Error('nothing is kept of a probe')
      await once('push', async (unit) => {
        await unit.sql.run("update installation set value = value where name = 'probe'")
        throw nothing
      }).catch((error: unknown) => {
        if (error !== nothing) throw error
      })
    },
    check: () => checkMysql(read.sql),
    refuses: mysql.refuses,
    isDuplicate: mysql.isDuplicate,
    close: async () => {
      await letGo?.()
      await closeAll()
    },
  }
}

type Pool = {
  connections: number
  lockWaitSeconds: number
  statementSeconds: number
  writes: boolean
}
type Connection = { query: (text: string) => void }

async function openPool(url: string, pool: Pool): Promise<DataSource> {
  const source = await new DataSource({
    // the driver asks the server differently for the two: it must be the URL's word
    type: url.startsWith('mariadb:') ? 'mariadb' : 'mysql',
    url,
    entities,
    migrations,
    migrationsTableName: 'migrations',
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectTimeout: 2000,
    // the driver would note at every statement where it was asked
    extra: {
      connectionLimit: pool.connections,
      enableKeepAlive: true,
      multipleStatements: pool.writes,
      trace: false,
    },
  }).initialize()
  const { pool: driverPool } = source.driver as unknown as {
    pool: { on: (event: 'connection', hear: (connection: Connection) => void) => void }
  }
  const words = await sessionWords(source, pool)
  // sent before anything else on each connection; one is open already
  driverPool.on('connection', (connection) => {
    for (const word of words) connection.query(word)
  })
  await withRunner(source, async (runner) => {
    for (const word of words) await runner.query(word)
  })
  return source
}

async function sessionWords(
  source: DataSource,
  { lockWaitSeconds, statementSeconds, writes }: Pool,
): Promise<string[]> {
  const [row] = await source.query<{ version: string }[]>('select version() as version')
  const limit = row?.version.includes('MariaDB')
    ? `max_statement_time = ${statementSeconds}`
    : `max_execution_time = ${statementSeconds * 1000}`
  return [
    "set session sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'," +
      ` innodb_lock_wait_timeout = ${lockWaitSeconds}, ${limit}`,
    // a deadlock ends the transaction: what was sent behind the statement that met it waits in a new one for our rollback
    ...(writes ? ['set session autocommit = 0'] : []),
    'set session transaction isolation level read committed',
  ]
}

async function withRunner<T>(
  source: DataSource,
  use: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const runner = source.createQueryRunner()
  try {
    return await use(runner)
  } finally {
    await runner.release()
  }
}

// a key compared with a text that no key can be
const illegalMix = 1267
const couldBeIllegal = ({ text, values }: Statement) =>
  text.startsWith('select') &&
  values.some((value) => typeof value === 'string' && /[^\0-\x7f]/.test(value))

async function asked(runner: QueryRunner, ...[text, values]: Parameters<Ask>): Promise<Answer> {
  try {
    return answerOf(await runner.query(text, values))
  } catch (error) {
    if ((error as { errno?: number }).errno === illegalMix && text.startsWith('select')) {
      return answerOf([])
    }
    throw error
  }
}

/** In one packet: the server stops at the first that fails, and does not tell which that was. */
async function askedAll(runner: QueryRunner, statements: Statement[]): Promise<Answer> {
  const end = statements.at(-1)
  if (end && (statements.length === 1 || couldBeIllegal(end))) {
    if (statements.length > 1) await askedAll(runner, statements.slice(0, -1))
    return asked(runner, end.text, end.values)
  }
  const raw = (await runner.query(
    statements.map(({ text }) => text).join(';'),
    statements.flatMap(({ values }) => values),
  )) as unknown[]
  return answerOf(raw.at(-1))
}

type Done = { affectedRows: number; insertId?: number }
const answerOf = (raw: unknown): Answer =>
  Array.isArray(raw)
    ? { records: raw as object[], affected: 0, insertId: 0 }
    : { records: [], affected: (raw as Done).affectedRows, insertId: (raw as Done).insertId ?? 0 }

/**
 * Without Redis a process has a queue and a cache of its own, which a second one would not see. The lock lives as long as its
 * connection, so it is freed by any death of its holder.
 */
async function takeAlone(source: DataSource): Promise<() => Promise<void>> {
  const runner = source.createQueryRunner()
  const rows = (await runner.query(
    "select get_lock(concat('kefu alone in ', database()), 0) as taken",
  )) as { taken: number | null }[]
  if (Number(rows[0]?.taken) === 1) {
    // nothing is ever asked of it again, and the server would end it after some hours
    await runner.query('set session wait_timeout = 2147483')
    return () => runner.release()
  }
  await runner.release()
  throw new Error(
    'Another kefu runs on this database: several processes need Redis, so set REDIS_URL in all of them.',
  )
}

const lockName = "concat('kefu migrates ', left(sha1(database()), 32))"
// the server ends a connection that is silent for so long, and with it the lock of a host that has gone
const silentSeconds = 60
const tellEveryMs = 10_000

/**
 * Several processes may start at once: one migrates, the others wait for its lock. It belongs to the connection that migrates, so it
 * is held for as long as the server still works on a statement of a process that was killed.
 */
async function migrate({ url, log, ending }: StoreOptions): Promise<string[]> {
  const source = await openPool(url, pools.migration)
  try {
    return await withRunner(source, async (runner) => {
      await runner.query(`set session wait_timeout = ${silentSeconds}`)
      await waitForLock(runner, { log, ending })
      const migrated = await runMigrations(source, runner, { transaction: 'none', ending })
      await runner.query(`select release_lock(${lockName})`)
      return migrated
    })
  } finally {
    await source.destroy()
  }
}

async function waitForLock(
  runner: QueryRunner,
  { log, ending }: Pick<StoreOptions, 'log' | 'ending'>,
): Promise<void> {
  let told = performance.now()
  for (;;) {
    refuseWhenEnding(ending)
    const rows = (await runner.query(`select get_lock(${lockName}, 1) as taken`)) as {
      taken: number | null
    }[]
    if (Number(rows[0]?.taken) === 1) return
    if (performance.now() - told < tellEveryMs) continue
    told = performance.now()
    log.warn({}, 'another process migrates this database; this one waits until it is done')
  }
}
