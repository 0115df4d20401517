import type { Log } from '../../log.ts'
import type { Finding } from '../../ports.ts'
import type { Connection } from './connect.ts'

const remedy =
  'set "maxmemory-policy noeviction" in redis.conf or with CONFIG SET, and let maxmemory leave room'

/**
 * Refuses a Redis that is configured to evict keys, because an index that silently loses entries is
 * worse than none.
 */
export async function checkPolicy(connection: Connection, log: Log): Promise<void> {
  for (const server of connection.masters()) {
    const answer = await server.config('GET', 'maxmemory-policy').then(
      (pair) => (pair as string[])[1] ?? null,
      (error: unknown) => {
        if (error instanceof Error && error.name === 'ReplyError') {
          log.warn(
            { error: error.message },
            `Redis does not say what it does when its memory is full: make sure of maxmemory-policy noeviction`,
          )
        }
        return null
      },
    )
    if (answer !== null && answer !== 'noeviction') {
      throw new Error(
        `REDIS_URL: this Redis may throw away keys when its memory is full (maxmemory-policy ${answer}): ${remedy}.`,
      )
    }
  }
}

/**
 * Checks the servers of Redis for the doctor. Whether they evict keys is not checked again, because
 * such a Redis was refused before.
 */
export async function checkServers(connection: Connection): Promise<Finding[]> {
  if (!connection.link(2).isUp()) {
    return [
      {
        ok: false,
        what: 'Redis does not answer.',
        remedy: 'Check REDIS_URL and that Redis runs; until then the queue is proposed by SQL.',
      },
    ]
  }
  const servers = await Promise.all(
    connection.masters().map(async (server): Promise<Finding> => {
      const [, appendonly] = (await server.config('GET', 'appendonly').catch(() => [])) as string[]
      if (appendonly !== 'no') {
        return { ok: true, what: 'Redis answers and writes what it holds to its disk.' }
      }
      return {
        ok: false,
        what: 'Redis forgets all when it ends (appendonly no).',
        remedy: 'Set "appendonly yes": without it each restart rebuilds the queue from SQL.',
      }
    }),
  )
  return servers
}
