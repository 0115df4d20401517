// DATABASE_URL is asked here and nowhere else.
import { openSqlite } from './sqlite.ts'
import type { Store, StoreOptions } from './store.ts'

export async function openStore(options: StoreOptions): Promise<Store> {
  if (options.url.startsWith('sqlite:')) return openSqlite(options)
  throw new Error('DATABASE_URL: this release speaks SQLite only (sqlite:). Leave DATABASE_URL unset to use DATA_DIR.')
}
