// Chooses between memory and Redis: Redis if REDIS_URL is set.
import type { Clock } from '../clock.ts'
import { newId } from '../ids.ts'
import type { Log } from '../log.ts'
import type { Cache, EventBus, Finding, RecentLines, WaitingQueue } from '../ports.ts'
import { openMemoryCache } from './memory/cache.ts'
import { openMemoryEventBus } from './memory/event-bus.ts'
import { openMemoryRecentLines } from './memory/recent-lines.ts'
import { openMemoryQueue } from './memory/waiting-queue.ts'

export type Backends = {
  queue: WaitingQueue
  recent: RecentLines
  bus: EventBus
  cache: Cache
  /** Reports unsuitable settings of Redis; only the doctor calls it. */
  check: () => Promise<Finding[]>
  close: () => Promise<void>
}
export type BackendOptions = { url: string | undefined; clock: Clock; log: Log }

export async function openBackends({ url, clock, log }: BackendOptions): Promise<Backends> {
  const local = openMemoryEventBus()
  if (url !== undefined) {
    // the embedded edition starts without loading the client of Redis
    const { openRedisBackends } = await import('./redis/open.ts')
    return openRedisBackends(url, { clock, log, local, ids: newId })
  }
  const parts = {
    queue: openMemoryQueue(),
    recent: openMemoryRecentLines(clock),
    bus: local,
    cache: openMemoryCache(clock),
  }
  return {
    ...parts,
    check: () => Promise.resolve([]),
    close: async () => {
      for (const part of Object.values(parts)) await part.close()
    },
  }
}
