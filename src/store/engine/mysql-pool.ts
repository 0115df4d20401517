// Connections to MySQL or MariaDB. A wire may go dead without a word: TCP gives up after a minute and more, and whoever waits would
// wait as long. So each journey has a deadline of ours; who misses it loses its connection, and those that lie idle beside it go, too.
import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm'
import { entities } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Log } from '../../log.ts'

export type PoolShape = {
  connections: number
  lockWaitSeconds: number
  statementSeconds: number
  writes: boolean
  /** How long one journey, and the wait for a connection, may take; null: as long as it takes. */
  journeyMs: number | null
  /** Of who brings the schema up. */
  migrations?: (new () => MigrationInterface)[]
}

export type MysqlPool = {
  source: DataSource
  /** A connection for as long as `body` works. */
  use: <T>(body: (runner: QueryRunner) => Promise<T>) => Promise<T>
  /** One journey on it. */
  journey: <T>(runner: QueryRunner, ask: () => Promise<T>) => Promise<T>
  close: () => Promise<void>
}

/** What all pools of a process know of the server. */
export type Wire = {
  log: Log
  awayUntil: number
  /** When somebody was served last. */
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

type Connection = {
  query: (text: string, then: (error: Error | null) => void) => void
  release: () => void
  destroy: () => void
  stream: { destroy: () => void }
  once: (event: 'end' | 'error', hear: () => void) => void
}
type DriverPool = {
  on: (event: 'connection' | 'acquire' | 'release', hear: (connection: Connection) => void) => void
}

const connectMs = 2000
// after a connection could not be made, whoever asks is told at once for so long
const refusesMs = 1000
const closeMs = 1000
// longer than a process stands still, and shorter than WeChat's patience: what it brings again finds its rows free
const idleSeconds = 3

export async function openPool(url: string, shape: PoolShape, wire: Wire): Promise<MysqlPool> {
  const source = await openSource(url, shape)
  const { pool: driverPool } = source.driver as unknown as { pool: DriverPool }
  const words = await sessionWords(source, shape)
  const { all, dropIdle } = watchConnections(driverPool)
  // before anything else on each connection; one is open already
  driverPool.on('connection', (connection) => {
    for (const word of words) {
      connection.query(word, (error) => {
        if (!error) return
        // without its settings it would wait for ever, or read what others have not committed
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
        ;((await runner.connect()) as Connection).stream.destroy()
        for (const drop of wire.dropIdle) drop()
      })
    },
    close: async () => {
      wire.dropIdle.delete(dropIdle)
      // each says good-bye, which a dead wire never answers
      await withinMs(closeMs, source.destroy(), () => undefined).catch(() => undefined)
      for (const connection of all) connection.stream.destroy()
    },
  }
  await pool.use(async (runner) => {
    for (const word of words) await runner.query(word)
  })
  return pool
}

const openSource = (url: string, shape: PoolShape): Promise<DataSource> =>
  new DataSource({
    // the driver asks the server differently for the two: it must be the URL's word
    type: url.startsWith('mariadb:') ? 'mariadb' : 'mysql',
    url,
    entities,
    migrations: shape.migrations ?? [],
    migrationsTableName: 'migrations',
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: false,
    connectTimeout: connectMs,
    // the driver would note at every statement where it was asked
    extra: {
      connectionLimit: shape.connections,
      enableKeepAlive: true,
      multipleStatements: shape.writes,
      trace: false,
    },
  }).initialize()

function watchConnections(driverPool: DriverPool) {
  const all = new Set<Connection>()
  const idle = new Set<Connection>()
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
    const connecting = runner.connect() as Promise<Connection>
    await (limitMs === null
      ? connecting
      : withinMs(limitMs, connecting, () => {
          // it may still come, and then nobody has use for it
          connecting.then(
            (connection) => {
              connection.release()
            },
            () => undefined,
          )
        }))
  } catch (error) {
    // who has waited since before it came back knows nothing of today
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

/** Said once when it begins, and not at every statement. */
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

/** The connection, and not what was asked on it. */
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
    // a deadlock ends the transaction: what was sent behind the statement that met it waits in a new one for our rollback
    ...(writes ? ['set session autocommit = 0'] : []),
    // a server that does not hear that we have gone would keep the rows of a transaction of ours for hours
    ...(writes && isMariadb ? [`set session idle_transaction_timeout = ${idleSeconds}`] : []),
    'set session transaction isolation level read committed',
  ]
}
