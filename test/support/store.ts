import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLog } from '../../src/log.ts'
import { openStore } from '../../src/store/open.ts'
import type { SqlHeard, Store } from '../../src/store/store.ts'

export async function openTestStore(onSql?: SqlHeard): Promise<{ store: Store, dir: string, close: () => Promise<void> }> {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-store-'))
  const store = await openStore({ url: 'sqlite:', dataDir: dir, log: silentLog, ...(onSql && { onSql }) })
  return {
    store, dir,
    close: async () => {
      await store.close()
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
