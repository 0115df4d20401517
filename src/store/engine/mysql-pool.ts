// A pool of connections to MySQL or MariaDB. A connection may die silently, and TCP notices that
// only after minutes. So each round trip has a deadline; a connection that misses it is closed,
// together with the idle ones beside it.
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm'
import { AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'

export type PoolShape = {
  connections: number
  lockWaitSeconds: number
  statementSeconds: number
  writes: boolean
  /**
   * How long a round trip, or waiting for a connection, may take before it is given up; null means
   * as long as it needs.
   */
  journeyMs: number | null
  /** The migrations to run; only set for the pool that updates the schema. */
  migrations?: (new () => MigrationInterface)[]
}

export type MysqlPool = {
  source: DataSource
  /** Provides a connection for as long as `body` runs. */
  use: <T>(body: (runner: QueryRunner) => Promise<T>) => Promise<T>
  /** Makes one round trip on that connection, within the deadline. */
  journey: <T>(runner: QueryRunner, ask: () => Promise<T>) => Promise<T>
  close: () => Promise<void>
}

/**
 * What all connection pools of a process know about the database server, so that if one finds it
 * away the others need not find out too.
 */
export type Wire = {
  log: Log
  awayUntil: number
  /** When a round trip last succeeded, which shows that the database is not away. */
  servedAt: number
  isAway: boolean
  dropIdle: Set<() => void>
}

export const openWire = (log: Log): Wire => ({
  log,
  awayUntil: 0,
  servedAt: 0,
  isAway: false,
  dropIdle: new Set(),
})

type PooledConnection = {
  query: (text: string, then: (error: Error | null) => void) => void
  release: () => void
  destroy: () => void
  stream: { destroy: () => void }
  once: (event: 'end' | 'error', hear: () => void) => void
}
type DriverPool = {
  on: (
    event: 'connection' | 'acquire' | 'release',
    hear: (connection: PooledConnection) => void,
  ) => void
}

const connectMs = 2000
// for this long after a failed connection attempt, callers are refused at once and no new attempt
// is made
const refusesMs = 1000
const closeMs = 1000
// how long MariaDB keeps an idle transaction and its locks: longer than a process can stall, but
// shorter than WeChat's patience, so that a repeated push finds its rows unlocked
const idleSeconds = 3

export async function openPool(url: string, shape: PoolShape, wire: Wire): Promise<MysqlPool> {
  const source = await openSource(url, shape)
  const { pool: driverPool } = source.driver as unknown as { pool: DriverPool }
  const words = await sessionWords(source, shape)
  const { all, dropIdle } = watchConnections(driverPool)
  // each new connection gets its settings when it is opened; the one that is open before this
  // listener exists gets them separately
  driverPool.on('connection', (connection) => {
    for (const word of words) {
      connection.query(word, (error) => {
        if (!error) return
        // a connection that could not be set up is not used: without its settings it might wait
        // forever or read uncommitted data
        wire.log.error({ word, error: String(error) }, 'a connection could not be set up')
        connection.stream.destroy()
      })
    }
  })
  wire.dropIdle.add(dropIdle)

  const pool: MysqlPool = {
    source,
    use: (body) => use(wire, { source, limitMs: shape.journeyMs }, body),
    journey: async (runner, ask) => {
      if (shape.journeyMs === null) return ask()
      return withinMs(shape.journeyMs, ask(), async () => {
        ;((await runner.connect()) as PooledConnection).stream.destroy()
        for (const drop of wire.dropIdle) drop()
      })
    },
    close: async () => {
      wire.dropIdle.delete(dropIdle)
      // closing is given up after a while: each connection says good-bye to the server, and a dead
      // one would never get an answer
      await withinMs(closeMs, source.destroy(), () => undefined).catch(() => undefined)
      for (const connection of all) connection.stream.destroy()
    },
  }
  await pool.use(async (runner) => {
    for (const word of words) await runner.query(word)
  })
  return pool
}

/** TypeORM does not get the entities, which it would describe to itself in every pool. */
const openSource = (url: string, shape: PoolShape): Promise<DataSource> =>
  new DataSource({
    // the driver treats the two databases differently, so the scheme of the URL decides
    type: url.startsWith('mariadb:') ? 'mariadb' : 'mysql',
    url,
    migrations: shape.migrations ?? [],
    migrationsTableName: 'migrations',
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectTimeout: connectMs,
    // by default the driver records a stack trace for every statement, which is slow
    extra: {
      connectionLimit: shape.connections,
      enableKeepAlive: true,
      multipleStatements: shape.writes,
      trace: false,
    },
  }).initialize()

function watchConnections(driverPool: DriverPool) {
  const all = new Set<PooledConnection>()
  const idle = new Set<PooledConnection>()
  driverPool.on('connection', (connection) => {
    all.add(connection)
    for (const event of ['end', 'error'] as const) {
      connection.once(event, () => {
        all.delete(connection)
        idle.delete(connection)
      })
    }
  })
  driverPool.on('acquire', (connection) => {
    idle.delete(connection)
  })
  driverPool.on('release', (connection) => {
    idle.add(connection)
  })
  return {
    all,
    dropIdle: () => {
      for (const connection of idle) connection.stream.destroy()
      idle.clear()
    },
  }
}

async function use<T>(
  wire: Wire,
  { source, limitMs }: { source: DataSource; limitMs: number | null },
  body: (runner: QueryRunner) => Promise<T>,
): Promise<T> {
  const began = performance.now()
  if (began < wire.awayUntil) throw away('it did not a moment ago')
  const runner = source.createQueryRunner()
  try {
    const connecting = runner.connect() as Promise<PooledConnection>
    await (limitMs === null
      ? connecting
      : withinMs(limitMs, connecting, () => {
          // a connection that arrives after its caller gave up is released again, or the pool would
          // run out of connections
          connecting.then(
            (connection) => {
              connection.release()
            },
            () => undefined,
          )
        }))
  } catch (error) {
    // callers are refused for a moment only if the server has not served anybody since this caller
    // began to wait; otherwise it has come back meanwhile
    if (isLost(error) && wire.servedAt < began) wire.awayUntil = performance.now() + refusesMs
    throw told(wire, error)
  }
  try {
    const result = await body(runner)
    wire.servedAt = performance.now()
    if (wire.isAway) wire.log.warn({}, 'the database answers again')
    wire.isAway = false
    return result
  } catch (error) {
    throw told(wire, error)
  } finally {
    await runner.release()
  }
}

/**
 * Turns an error of the connection into one for callers. The outage is logged once when it begins,
 * and not for every statement.
 */
function told(wire: Wire, error: unknown): unknown {
  const isOurs = error instanceof AppError && error.code === 'store_away'
  if (!isOurs && !isLost(error)) return error
  if (!wire.isAway) wire.log.error({ error: String(error) }, 'the database does not answer')
  wire.isAway = true
  return isOurs ? error : away(String(error))
}

const away = (why: string) =>
  Object.assign(new AppError('store_away', 'The database does not answer.'), { cause: why })

const lostCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
])

/** Whether an error means that the connection itself failed, and not only a statement on it. */
const isLost = (error: unknown): boolean =>
  error instanceof Error &&
  (('fatal' in error && error.fatal === true) ||
    ('code' in error && typeof error.code === 'string' && lostCodes.has(error.code)))

async function withinMs<T>(
  limitMs: number,
  work: Promise<T>,
  onLate: () => Promise<void> | undefined,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(away(`no answer in ${limitMs} ms`))
      onLate()?.catch(() => undefined)
    }, limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function sessionWords(
  source: DataSource,
  { lockWaitSeconds, statementSeconds, writes }: PoolShape,
): Promise<string[]> {
  const [row] = await source.query<{ version: string }[]>('select version() as version')
  const isMariadb = row?.version.includes('MariaDB') === true
  const limit = isMariadb
    ? `max_statement_time = ${statementSeconds}`
    : `max_execution_time = ${statementSeconds * 1000}`
  return [
    "set session sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'," +
      ` innodb_lock_wait_timeout = ${lockWaitSeconds}, ${limit}`,
    // without autocommit nothing is committed by itself: a deadlock ends the transaction, and
    // statements that were already sent would otherwise run outside it and be committed one by one
    ...(writes ? ['set session autocommit = 0'] : []),
    // a server that does not notice that we are gone would keep our rows locked for hours
    ...(writes && isMariadb ? [`set session idle_transaction_timeout = ${idleSeconds}`] : []),
    'set session transaction isolation level read committed',
  ]
}
