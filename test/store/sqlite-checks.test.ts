import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import Database from 'better-sqlite3'
import { silentLog } from '../../src/log.ts'
import { inspectStore, openStore } from '../../src/store/open.ts'
import { openTestStore } from '../support/store.ts'

void test('the checks find nothing wrong with a healthy SQLite file, also while another process holds its lock', async (t) => {
  const { store, dir, close } = await openTestStore()
  t.after(close)
  const own = await store.check()
  assert.ok(own.length >= 5)
  assert.deepEqual(
    own.filter(({ ok }) => !ok),
    [],
  )
  const inspected = await inspectStore({ url: 'sqlite:', dataDir: dir, log: silentLog })
  assert.deepEqual(
    (await inspected.check()).map(({ ok }) => ok),
    own.map(({ ok }) => ok),
  )
  await assert.rejects(
    async () => inspected.read.sql.run("update installation set value = ''"),
    /readonly/,
  )
  await inspected.close()
})

void test('a damaged SQLite file and a journal mode other than WAL are reported with a remedy', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-store-'))
  t.after(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  await (await openStore({ url: 'sqlite:', dataDir: dir, log: silentLog })).close()
  const file = join(dir, 'kefu.db')
  const database = new Database(file)
  database.pragma('journal_mode = DELETE')
  // damages a page of a table and not of the schema, which must still be readable
  const { page } = database
    .prepare("select rootpage as page from sqlite_master where name = 'message_rule'")
    .get() as { page: number }
  database.close()
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, (page - 1) * 4096)
  closeSync(handle)
  const inspected = await inspectStore({ url: 'sqlite:', dataDir: dir, log: silentLog })
  const wrong = (await inspected.check()).filter(({ ok }) => !ok)
  await inspected.close()
  assert.deepEqual(
    wrong.map(({ what }) => what.split(/[.:]/)[0]),
    ['The journal is delete', 'The file is damaged'],
  )
  assert.ok(wrong.every(({ remedy }) => remedy))
})
