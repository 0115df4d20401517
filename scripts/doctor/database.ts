import type { Config } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { Finding } from '../../src/ports.ts'
import { inspectStore } from '../../src/store/open.ts'
import type { Inspected } from '../../src/store/store.ts'

export async function checkDatabase(
  config: Config,
): Promise<{ store: Inspected | null; findings: Finding[] }> {
  const store = await opened(config)
  if ('ok' in store) return { store: null, findings: [store] }
  const findings = await store.check().catch((error: unknown): Finding[] => [away(config, error)])
  const schema = await schemaOf(store)
  if (schema.ok) return { store, findings: [...findings, schema] }
  await store.close()
  return { store: null, findings: [...findings, schema] }
}

async function opened(config: Config): Promise<Inspected | Finding> {
  try {
    return await inspectStore({
      url: config.DATABASE_URL,
      dataDir: config.DATA_DIR,
      log: silentLog,
    })
  } catch (error) {
    return away(config, error)
  }
}

/**
 * Reports that the database cannot be used. Only the host of its URL is shown, because the URL
 * contains a password.
 */
function away({ DATABASE_URL: url }: Config, error: unknown): Finding {
  const what = error instanceof Error ? error.message : String(error)
  if (url.startsWith('sqlite:')) {
    return { ok: false, what, remedy: 'Check DATA_DIR and DATABASE_URL.' }
  }
  const host = URL.canParse(url) ? new URL(url).host : 'its host'
  return {
    ok: false,
    what: `The database at ${host} does not let kefu in: ${what}`,
    remedy: 'Check DATABASE_URL: host, port, user, password, and that the database was created.',
  }
}

async function schemaOf(store: Inspected): Promise<Finding> {
  try {
    const companies = await store.read.companies.list()
    return {
      ok: true,
      what:
        companies.length === 0
          ? 'The tables are there and empty: the first start makes a company.'
          : `${companies.length} company or companies.`,
    }
  } catch (error) {
    return {
      ok: false,
      what: `The tables cannot be read: ${String(error)}`,
      remedy: 'npm run migrate',
    }
  }
}
