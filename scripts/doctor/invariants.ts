import { openBackends } from '../../src/backends/open.ts'
import { selfCheck } from '../../src/actions/self-check/self-check.ts'
import { openClock } from '../../src/clock.ts'
import type { Config } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { Finding } from '../../src/ports.ts'
import { clockOff } from '../../src/time-source.ts'
import { checkDatabase } from './database.ts'

/**
 * npm run doctor -- invariants: makes the same checks of the stored data as GET
 * /api/admin/self-check, but for every company and every session.
 */
export async function checkInvariants(config: Config): Promise<Finding[]> {
  const { store, findings } = await checkDatabase(config)
  if (!store) return findings
  const clock = openClock((await store.databaseMs()) + (await clockOff(store)))
  const backends =
    config.REDIS_URL === undefined
      ? null
      : await openBackends({ url: config.REDIS_URL, clock, log: silentLog })
  try {
    const all: Finding[] = []
    for (const { company_id: companyId, company_name: name } of await store.read.companies.list()) {
      const { promises } = await selfCheck(
        { store, queue: backends?.queue ?? null, clock },
        companyId,
        { most: Number.MAX_SAFE_INTEGER },
      )
      for (const { id, verdict, detail } of promises) {
        const ok = verdict === 'ok'
        all.push({
          ok,
          what: `${name}: ${id} ${verdict}: ${detail}`,
          ...(!ok && {
            remedy:
              'Please report it with this line; GET /api/sessions/<id>/ledger tells how a session came to be so.',
          }),
        })
      }
    }
    return all
  } finally {
    await backends?.close()
    await store.close()
  }
}
