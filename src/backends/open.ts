// REDIS_URL is asked here and nowhere else.
import type { Clock } from '../clock.ts'
import type { Cache, EventBus, WaitingQueue } from '../ports.ts'
import { openCache } from './memory/cache.ts'
import { openEventBus } from './memory/event-bus.ts'
import { openWaitingQueue } from './memory/waiting-queue.ts'

export type Backends = { queue: WaitingQueue, bus: EventBus, cache: Cache, close: () => Promise<void> }

export function openBackends(clock: Clock): Backends {
  const queue = openWaitingQueue()
  const bus = openEventBus()
  const cache = openCache(clock)
  return {
    queue, bus, cache,
    close: async () => { await Promise.all([queue.close(), bus.close(), cache.close()]) },
  }
}
