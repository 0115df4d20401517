// The implementations with memory and with Redis: each test in this directory runs once for each of
// them.
import { after, before } from 'node:test'
import { startCluster, startRedis, startSentinel } from '../../scripts/services/redis.ts'
import { openBackends, type Backends } from '../../src/backends/open.ts'
import { openClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'

type Service = Awaited<ReturnType<typeof startRedis>>
export type Edition = { name: string; start: (() => Promise<Service>) | null }

export const redisEditions: Edition[] = [
  { name: 'Redis', start: startRedis },
  { name: 'Redis Sentinel', start: startSentinel },
  { name: 'Redis Cluster', start: startCluster },
]
export const editions: Edition[] = [{ name: 'memory', start: null }, ...redisEditions]

export const openOne = (url: string | undefined): Promise<Backends> =>
  openBackends({ url, clock: openClock(Date.now()), log: silentLog })

/** One Redis and one process for all tests of a suite; tests that need more processes open them. */
export function house(edition: Edition) {
  const at: { service: Service | null; backends: Backends | null } = {
    service: null,
    backends: null,
  }
  const opened: Backends[] = []
  before(async () => {
    at.service = edition.start ? await edition.start() : null
    at.backends = await openOne(at.service?.url)
  })
  after(async () => {
    for (const one of [at.backends, ...opened]) await one?.close()
    await at.service?.stop()
  })
  return {
    backends: () => {
      if (!at.backends) throw new Error('not open')
      return at.backends
    },
    service: () => {
      if (!at.service) throw new Error('no service')
      return at.service
    },
    /** Opens another process with the same Redis. */
    another: async () => {
      const one = await openOne(at.service?.url)
      opened.push(one)
      return one
    },
  }
}
