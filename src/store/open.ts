// Chooses between SQLite and MySQL or MariaDB, by DATABASE_URL.
import { openMysql } from './mysql.ts'
import { inspectSqlite, openSqlite } from './sqlite.ts'
import type { Inspected, Store, StoreOptions } from './store.ts'

export function openStore(options: StoreOptions): Promise<Store> {
  return options.url.startsWith('sqlite:') ? openSqlite(options) : openMysql(options)
}

export function inspectStore(options: StoreOptions): Promise<Inspected> {
  return options.url.startsWith('sqlite:')
    ? inspectSqlite(options)
    : openMysql({ ...options, asItIs: true, alone: false })
}
