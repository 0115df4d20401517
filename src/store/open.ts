// DATABASE_URL is asked here and nowhere else.
import { openMysql } from './mysql.ts'
import { openSqlite } from './sqlite.ts'
import type { Store, StoreOptions } from './store.ts'

export function openStore(options: StoreOptions): Promise<Store> {
  return options.url.startsWith('sqlite:') ? openSqlite(options) : openMysql(options)
}
