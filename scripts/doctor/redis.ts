import { openBackends } from '../../src/backends/open.ts'
import { openClock } from '../../src/clock.ts'
import type { Config } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { Finding, WaitingQueue } from '../../src/ports.ts'
import type { Inspected } from '../../src/store/store.ts'

const outside = (url: string) => !url.startsWith('sqlite:')

export async function checkRedis(config: Config, store: Inspected | null): Promise<Finding[]> {
  if (config.REDIS_URL === undefined) {
    const what = outside(config.DATABASE_URL)
      ? 'No REDIS_URL: one process may run on this database, a second one refuses to start.'
      : 'No REDIS_URL: one process.'
    return [{ ok: true, what }]
  }
  try {
    const backends = await openBackends({
      url: config.REDIS_URL,
      clock: openClock(Date.now()),
      log: silentLog,
    })
    const findings = [...(await backends.check()), ...(await checkForeign(store, backends.queue))]
    await backends.close()
    return findings
  } catch (error) {
    return [
      {
        ok: false,
        what: `Redis cannot be used: ${error instanceof Error ? error.message : String(error)}`,
        remedy: 'Check REDIS_URL and that Redis runs.',
      },
    ]
  }
}

async function checkForeign(store: Inspected | null, queue: WaitingQueue): Promise<Finding[]> {
  const companies = (await store?.read.companies.list()) ?? []
  const foreign = await Promise.all(
    companies.map(({ company_id: companyId }) => queue.foreign(companyId)),
  )
  return foreign.flat().map((key) => ({
    ok: false,
    what: `Redis holds something else under ${key}, which is a key of kefu.`,
    remedy:
      'A running kefu removes it within seconds. Give kefu a Redis of its own: somebody else writes to this one.',
  }))
}
