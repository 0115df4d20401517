// The four ways in which queue index, newest lines, cache and event bus can be kept: in memory, or
// in Redis alone, behind Sentinel or as a Cluster. Only twins.test.ts runs with each of them; other
// tests choose some.
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

/**
 * One process for all tests of a suite, with a Redis unless everything is kept in memory; tests
 * that need more processes open them.
 */
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
    /** Opens what another process with the same Redis would open. */
    another: async () => {
      const one = await openOne(at.service?.url)
      opened.push(one)
      return one
    },
  }
}
