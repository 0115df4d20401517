import type { Clock } from '../../clock.ts'
import type { Ids } from '../../ids.ts'
import type { Log } from '../../log.ts'
import type { EventBus } from '../../ports.ts'
import { openCache } from './cache.ts'
import { checkPolicy, checkServers } from './check-policy.ts'
import { connect } from './connect.ts'
import { openEventBus } from './event-bus.ts'
import { openRecentLines } from './recent-lines.ts'
import { openWaitingQueue } from './waiting-queue.ts'

export type RedisOptions = { clock: Clock; log: Log; local: EventBus; ids: Ids }

export async function openBackends(url: string, { clock, log, local, ids }: RedisOptions) {
  const connection = await connect(url, log)
  await checkPolicy(connection, log).catch((error: unknown) => {
    connection.close()
    throw error
  })
  // Redis may have been away when we started, or may come back as another server
  connection.link(2).onBack(() => {
    checkPolicy(connection, log).catch((error: unknown) => {
      log.error({ error: String(error) }, 'Redis came back with settings that must be changed')
    })
  })
  const parts = {
    queue: openWaitingQueue(connection, ids),
    recent: openRecentLines(connection.link(1), log),
    bus: openEventBus(connection, local, ids()),
    cache: openCache(connection.link(4), clock),
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
