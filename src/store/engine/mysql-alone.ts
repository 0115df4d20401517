// Without Redis a process has a queue and a cache of its own, which a second one would not see. The lock that says so lives as long as
// its connection: it is freed by any death of its holder, and lost with a connection that breaks while its holder lives on. So it is
// looked at all the time, and taken again; whoever finds it in other hands ends.
import type { QueryRunner } from 'typeorm'
import type { Log } from '../../log.ts'
import type { MysqlPool } from './mysql-pool.ts'

const lockName = "concat('kefu alone in ', database())"
const beatMs = 2000
// the server ends a connection that is silent for so long: the lock of a host that has gone
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
      // it does not answer now: the next beat asks again
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

/** Null when somebody else has it. */
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

/** A server that does not know yet that our wire is dead holds the lock for a connection that nobody has: that one is ended. */
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
