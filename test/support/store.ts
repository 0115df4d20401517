import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/log.ts'
import { openStore } from '../../src/store/open.ts'
import type { SqlHeard, Store } from '../../src/store/store.ts'
import { openEdition } from './edition.ts'

export async function openTestStore(
  onSql?: SqlHeard,
): Promise<{ store: Store; dir: string; close: () => Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-store-'))
  const edition = await openEdition()
  const store = await openStore({
    url: edition.settings['DATABASE_URL'] ?? 'sqlite:',
    dataDir: dir,
    log: silentLog,
    ...(onSql && { onSql }),
  })
  return {
    store,
    dir,
    close: async () => {
      await store.close()
      await edition.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
