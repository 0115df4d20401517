// Makes sure that only one process uses the database if there is no Redis, because queue and cache
// are then in the memory of that process. It holds a named lock of the server. The lock ends with
// its connection: that frees it when the process dies, but it is also lost when only the connection
// breaks. So it is checked all the time and taken again, and a process that finds it held by
// another one ends.
import type { QueryRunner } from 'typeorm'
import type { Log } from '../../log.ts'
import type { MysqlPool } from './mysql-pool.ts'

const lockName = "concat('kefu alone in ', database())"
const beatMs = 2000
// After this many seconds of silence the server closes a connection, which frees the lock of a
// machine that has disappeared.
const silentSeconds = 60

type Holding = { log: Log; lost: (why: string) => void }
type Held = { runner: QueryRunner; connectionId: number }

export async function holdAlone(
  pool: MysqlPool,
  { log, lost }: Holding,
): Promise<() => Promise<void>> {
  let held = await take(pool)
  if (!held) {
    throw new Error(
      'Another kefu runs on this database: several processes need Redis, so set REDIS_URL in all of them.',
    )
  }
  const beat = async () => {
    if (held && (await isMine(pool, held))) return
    const before = held
    held = await takeAgain(pool, before)
    await before?.runner.release()
    if (held === before) return
    if (held) {
      log.warn({}, 'the lock of the only process was lost with its connection, and is taken again')
    } else {
      clearInterval(timer)
      lost(
        'Another kefu has started on this database while this one had lost its connection, so this one ends: several processes need REDIS_URL in all of them.',
      )
    }
  }
  let beating: Promise<void> | null = null
  const timer = setInterval(() => {
    beating ??= beat()
      // a check that fails is ignored, because it proves nothing; the next one asks again
      .catch(() => undefined)
      .finally(() => {
        beating = null
      })
  }, beatMs)
  return async () => {
    clearInterval(timer)
    await beating
    await held?.runner.release()
  }
}

/**
 * Tries to take the lock that lets this process use the database alone; null if another process has
 * it.
 */
async function take(pool: MysqlPool): Promise<Held | null> {
  const runner = pool.source.createQueryRunner()
  try {
    const [row] = await ask<{ taken: number | null; id: number }>(
      pool,
      runner,
      `select get_lock(${lockName}, 0) as taken, connection_id() as id`,
    )
    if (Number(row?.taken) === 1) {
      await ask(pool, runner, `set session wait_timeout = ${silentSeconds}`)
      return { runner, connectionId: Number(row?.id) }
    }
  } catch (error) {
    await runner.release()
    throw error
  }
  await runner.release()
  return null
}

const isMine = async (pool: MysqlPool, { runner, connectionId }: Held): Promise<boolean> => {
  try {
    const [row] = await ask<{ holder: number | null }>(
      pool,
      runner,
      `select is_used_lock(${lockName}) as holder`,
    )
    return Number(row?.holder) === connectionId
  } catch {
    return false
  }
}

/**
 * Takes the lock again after our connection broke. The server may still hold the lock for that old
 * connection, which is then ended.
 */
async function takeAgain(pool: MysqlPool, before: Held | null): Promise<Held | null> {
  const again = await take(pool)
  if (again || !before) return again
  return pool.use(async (runner) => {
    const [row] = await ask<{ holder: number | null }>(
      pool,
      runner,
      `select is_used_lock(${lockName}) as holder`,
    )
    if (row?.holder === null) return before
    if (Number(row?.holder) !== before.connectionId) return null
    await ask(pool, runner, `kill ${before.connectionId}`)
    return before
  })
}

const ask = <T>(pool: MysqlPool, runner: QueryRunner, text: string): Promise<T[]> =>
  pool.journey(runner, () => runner.query(text) as Promise<T[]>)
