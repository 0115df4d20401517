import type { Clock } from '../../clock.ts'
import type { Ids } from '../../ids.ts'
import type { Log } from '../../log.ts'
import type { EventBus } from '../../ports.ts'
import { openRedisCache } from './cache.ts'
import { checkPolicy, checkServers } from './check-policy.ts'
import { connect } from './connect.ts'
import { openRedisEventBus } from './event-bus.ts'
import { openRedisRecentLines } from './recent-lines.ts'
import { openRedisQueue } from './waiting-queue.ts'

export type RedisOptions = { clock: Clock; log: Log; local: EventBus; ids: Ids }

export async function openRedisBackends(url: string, { clock, log, local, ids }: RedisOptions) {
  const connection = await connect(url, log)
  await checkPolicy(connection, log).catch((error: unknown) => {
    connection.close()
    throw error
  })
  // the settings of Redis are checked again whenever it comes back: it may have been away when we
  // started, or come back as another server
  connection.link(2).onBack(() => {
    checkPolicy(connection, log).catch((error: unknown) => {
      log.error({ error: String(error) }, 'Redis came back with settings that must be changed')
    })
  })
  const parts = {
    queue: openRedisQueue(connection, ids),
    recent: openRedisRecentLines(connection.link(1), log),
    bus: openRedisEventBus(connection, local, ids()),
    cache: openRedisCache(connection.link(4), clock),
  }
  return {
    ...parts,
    check: () => checkServers(connection),
    close: async () => {
      for (const part of Object.values(parts)) await part.close()
      connection.close()
    },
  }
}
