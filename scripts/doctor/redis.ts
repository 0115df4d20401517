import { openBackends } from '../../src/backends/open.ts'
import { openClock } from '../../src/clock.ts'
import type { Config } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { Finding } from '../../src/ports.ts'

const outside = (url: string) => !url.startsWith('sqlite:')

export async function checkRedis(config: Config): Promise<Finding[]> {
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
    const findings = await backends.check()
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
