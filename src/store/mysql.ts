// The store on MySQL or MariaDB. Several equal processes write to it; rows are locked, and
// transactions that blocked each other are tried again.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { QueryRunner } from 'typeorm'
import { AppError, OutOfDate } from '../errors.ts'
import type { Log } from '../log.ts'
import { mysql } from './engine/dialect.ts'
import { refuseWhenEnding, runMigrations } from './engine/migrate.ts'
import { holdAlone } from './engine/mysql-alone.ts'
import { checkMysql } from './engine/mysql-checks.ts'
import { openPool, openWire, type MysqlPool } from './engine/mysql-pool.ts'
import type { SqlAnswer, AskSql, Statement } from './engine/sql.ts'
import { migrations } from './migrations/index.ts'
import type { Store, StoreOptions, Unit } from './store.ts'
import { openTransact, unitOn, type AskAll } from './transactions.ts'
import type { WorkClass } from './engine/writer.ts'

// pushes have a pool of their own, so that they never wait for a connection behind replies, claims
// and jobs
const pools = {
  push: {
    connections: 6,
    lockWaitSeconds: 1,
    statementSeconds: 1.5,
    writes: true,
    journeyMs: 3000,
  },
  other: {
    connections: 14,
    lockWaitSeconds: 3,
    statementSeconds: 4,
    writes: true,
    journeyMs: 6000,
  },
  read: {
    connections: 6,
    lockWaitSeconds: 1,
    statementSeconds: 4,
    writes: false,
    journeyMs: 5000,
  },
  // a connection pool for reads that take long, such as replays of rules, so that normal requests
  // need not wait for them
  slow: {
    connections: 2,
    lockWaitSeconds: 1,
    statementSeconds: 60,
    writes: false,
    journeyMs: 65_000,
  },
  // migrations run without a time limit, because changing a large table may take long
  migration: {
    connections: 2,
    lockWaitSeconds: 600,
    statementSeconds: 0,
    writes: false,
    journeyMs: null,
    migrations,
  },
}
const withinMs = 3000

export async function openMysql(options: StoreOptions): Promise<Store> {
  const { url, log, onSql, alone, asItIs } = options
  const migrated = asItIs ? [] : await migrate(options)
  const wire = openWire(log)
  const push = await openPool(url, pools.push, wire)
  const other = await openPool(url, pools.other, wire)
  const reader = await openPool(url, pools.read, wire)
  const patient = await openPool(url, pools.slow, wire)
  const readFrom = (pool: MysqlPool) =>
    unitOn(mysql, (text, values) =>
      pool.use((runner) => pool.journey(runner, () => asked(runner, text, values))),
    )
  const [read, slow] = [readFrom(reader), readFrom(patient)]
  const closeAll = async () => {
    await Promise.all([push, other, reader, patient].map((pool) => pool.close()))
  }
  const letGo = alone
    ? await holdAlone(other, { log, lost: options.lost ?? log.error.bind(log, {}) }).catch(
        async (error: unknown) => {
          await closeAll()
          throw error
        },
      )
    : null
  const findings = await checkMysql(read.sql)
  for (const { what, remedy } of findings.filter(({ ok }) => !ok)) log.error({ remedy }, what)
  const transact = openTransact(mysql, onSql)

  const once: Once = (kind, body, again = false) => {
    const pool = kind === 'push' ? push : other
    return pool.use((runner) => {
      const ask: AskAll = (statements) => pool.journey(runner, () => askedAll(runner, statements))
      return transact({ ask, again }, kind, body)
    })
  }

  return {
    read,
    slow,
    migrated,
    work: insistently(once, log),
    databaseMs: async () => Number((await read.sql.one<{ ms: number }>(mysql.nowMs))?.ms),
    probe: () => once('push', (unit) => unit.installation.remember('probe', randomUUID())),
    check: () => checkMysql(read.sql),
    refuses: mysql.refuses,
    isDuplicate: mysql.isDuplicate,
    close: async () => {
      await letGo?.()
      await closeAll()
    },
  }
}

type Once = <T>(
  kind: WorkClass,
  body: (unit: Unit) => T | Promise<T>,
  again?: boolean,
) => Promise<T>

/** Tries a transaction again as long as only others were in its way. */
function insistently(once: Once, log: Log): Store['work'] {
  return async (kind, body, { until = performance.now() + withinMs } = {}) => {
    let late = false
    for (let tried = 0; ; tried += 1) {
      try {
        return await once(kind, body, late)
      } catch (error) {
        late ||= error instanceof OutOfDate
        if (!(error instanceof OutOfDate || mysql.mayRepeat(error))) throw error
        if (performance.now() > until) throw inTheWay(log, kind, error)
        await sleep(5 + Math.random() * 40 * (tried + 1))
      }
    }
  }
}

/**
 * The error for a transaction that was tried again for some seconds and failed each time only
 * because other transactions were in its way. The caller may try later.
 */
function inTheWay(log: Log, kind: WorkClass, error: unknown): AppError {
  log.warn({ kind, error: String(error) }, 'rows were held by others for too long')
  return new AppError('store_away', 'Others hold what this needs for too long: try again.')
}

// MySQL's error for comparing a key column with text that no key can contain, which simply means
// that nothing is found
const illegalMix = 1267
const couldBeIllegal = ({ text, values }: Statement) =>
  text.startsWith('select') &&
  values.some((value) => typeof value === 'string' && /[^\0-\x7f]/.test(value))

async function asked(
  runner: QueryRunner,
  ...[text, values]: Parameters<AskSql>
): Promise<SqlAnswer> {
  try {
    return answerOf(await runner.query(text, values))
  } catch (error) {
    if ((error as { errno?: number }).errno === illegalMix && text.startsWith('select')) {
      return answerOf([])
    }
    throw error
  }
}

/**
 * Sends all statements in one packet. The server stops at the first that fails, but does not say
 * which one that was.
 */
async function askedAll(runner: QueryRunner, statements: Statement[]): Promise<SqlAnswer> {
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

type WriteAnswer = { affectedRows: number; insertId?: number }
const answerOf = (raw: unknown): SqlAnswer =>
  Array.isArray(raw)
    ? { records: raw as object[], affected: 0, insertId: 0 }
    : {
        records: [],
        affected: (raw as WriteAnswer).affectedRows,
        insertId: (raw as WriteAnswer).insertId ?? 0,
      }

const lockName = "concat('kefu migrates ', left(sha1(database()), 32))"
// after this much silence the server closes a connection, which frees the lock of a machine that
// has disappeared
const silentSeconds = 60
const tellEveryMs = 10_000

/**
 * Several processes may start at the same time: one of them migrates while the others wait for its
 * lock. The lock belongs to the migrating connection, so it is held as long as the server works on
 * a statement, even if the process was killed.
 */
async function migrate({ url, log, ending }: StoreOptions): Promise<string[]> {
  const pool = await openPool(url, pools.migration, openWire(log))
  const { source } = pool
  try {
    return await pool.use(async (runner) => {
      await runner.query(`set session wait_timeout = ${silentSeconds}`)
      await waitForLock(runner, { log, ending })
      const migrated = await runMigrations(source, runner, { transaction: 'none', ending })
      await runner.query(`select release_lock(${lockName})`)
      return migrated
    })
  } finally {
    await pool.close()
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
