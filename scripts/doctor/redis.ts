import { openBackends } from '../../src/backends/open.ts'
import { openClock } from '../../src/clock.ts'
import type { Config } from '../../src/config.ts'
import type { Finding } from '../../src/ports.ts'

const outside = (url: string) => !url.startsWith('sqlite:')

export async function checkRedis(config: Config): Promise<Finding[]> {
  if (config.REDIS_URL === undefined) {
    const what = outside(config.DATABASE_URL) ? 'No REDIS_URL: one process may run on this database, a second one refuses to start.' : 'No REDIS_URL: one process.'
    return [{ ok: true, what }]
  }
  try {
    const backends = openBackends(openClock(Date.now()))
    try {
      // what runs in this process has nothing to be asked
      return 'check' in backends ? await (backends.check as () => Promise<Finding[]>)() : []
    } finally {
      await backends.close()
    }
  } catch (error) {
    return [{ ok: false, what: `Redis cannot be used: ${error instanceof Error ? error.message : String(error)}`, remedy: 'Check REDIS_URL and that Redis runs.' }]
  }
}
