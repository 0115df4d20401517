// The servers of the cluster edition: a private MariaDB and a private Redis, emptied before every
// round.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { startMariadb } from '../services/mariadb.ts'
import { startRedis } from '../services/redis.ts'
import type { NumberOf } from './count.ts'
import type { Environment } from './serve-kefu.ts'

export type ClusterDatabase = {
  settings: Environment
  url: string
  number: NumberOf
  /** How long transactions have waited for each other's rows since the server started, in ms. */
  lockMs: () => Promise<number>
  drop: () => Promise<void>
}
export type Cluster = {
  redisUrl: string
  fresh: () => Promise<ClusterDatabase>
  /**
   * A second database next to a running one, to measure two separate installations: on the same
   * MariaDB, with a Redis of its own.
   */
  beside: () => Promise<ClusterDatabase>
  close: () => Promise<void>
}

/**
 * Starts the private servers. Their data are on the disk of the checkout, because the directory for
 * temporary files may be in memory, where writing costs nothing.
 */
export async function openCluster(dir: string): Promise<Cluster> {
  const redisIn = (name: string) => {
    mkdirSync(join(dir, name))
    return startRedis({ dir: join(dir, name) })
  }
  const [mariadb, redis, other] = await Promise.all([
    startMariadb({ dataDir: join(dir, 'mariadb') }),
    redisIn('redis'),
    redisIn('redis-beside'),
  ])
  let made = 0
  const open = async (redisUrl: string): Promise<ClusterDatabase> => {
    made += 1
    const name = `bench_${made}`
    const url = await mariadb.createDatabase(name)
    await flush(redisUrl)
    const { number, lockMs, close } = await asker(url)
    return {
      settings: { DATABASE_URL: url, REDIS_URL: redisUrl, SECRET_KEY: 'bench '.repeat(8) },
      url: mysqlUrl(url),
      number,
      lockMs,
      drop: async () => {
        await close()
        await mariadb.dropDatabase(name)
      },
    }
  }
  return {
    redisUrl: redis.url,
    fresh: () => open(redis.url),
    beside: () => open(other.url),
    close: async () => {
      await Promise.all([mariadb.stop(), redis.stop(), other.stop()])
    },
  }
}

/** The same URL with the scheme `mysql:`, the only one that the driver accepts. */
const mysqlUrl = (url: string) => url.replace('mariadb:', 'mysql:')

async function asker(url: string) {
  const connection = await createConnection(mysqlUrl(url))
  // Ignores the error of a connection whose server ended. It ends because the benchmark has failed
  // already, and only that first error is of interest.
  connection.on('error', () => undefined)
  const first = async (query: string) =>
    Object.values<unknown>((await connection.query<RowDataPacket[]>(query))[0][0] ?? {})
  return {
    number: async (query: string) => Number((await first(query))[0]),
    lockMs: async () => Number((await first("show global status like 'Innodb_row_lock_time'"))[1]),
    close: () => connection.end(),
  }
}

async function flush(url: string): Promise<void> {
  const redis = new Redis(url)
  await redis.flushall()
  await redis.quit()
}
