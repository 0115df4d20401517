// The schema that the migrations make. The runner lets the migrations of the product make it once
// in each run, and products under test begin with a copy of it, because to migrate is almost half
// of what it costs to start one. Without the runner, or with `--full`, each is migrated by itself.
import { execFileSync } from 'node:child_process'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Mariadb } from '../../scripts/services/mariadb.ts'
import { silentLog } from '../../src/log.ts'
import { openStore } from '../../src/store/open.ts'
import { onServer } from './edition.ts'
import { makeFolder } from './folder.ts'

// eslint-disable-next-line no-restricted-properties -- set by scripts/test/main.js, no setting of the product
const file = process.env['KEFU_TEST_SCHEMA']

/**
 * Migrates an empty database, and returns the file that is copied for each product under test. It
 * lasts as long as this process.
 */
export async function migrateOnce(mariadb?: Mariadb): Promise<string> {
  const dir = makeFolder('schema')
  const name = 'migrated_once'
  const url = (await mariadb?.createDatabase(name)) ?? 'sqlite:'
  const store = await openStore({ url, dataDir: dir, log: silentLog })
  await store.close()
  if (!mariadb) return join(dir, 'kefu.db')
  const dump = join(dir, 'kefu.sql')
  const { hostname, port, username } = new URL(url)
  const server = [`--host=${hostname}`, `--port=${port}`, `--user=${username}`]
  writeFileSync(dump, execFileSync('mariadb-dump', ['--no-defaults', ...server, '--compact', name]))
  return dump
}

/**
 * Gives the database of a product under test the migrated schema, before the product is opened on
 * it.
 */
export async function copyMigrated(dataDir: string, databaseUrl?: string): Promise<void> {
  if (file === undefined) return
  if (databaseUrl === undefined) copyFileSync(file, join(dataDir, 'kefu.db'))
  else await onServer(databaseUrl, readFileSync(file, 'utf8'))
}
