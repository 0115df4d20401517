// What a process needs before it may start, alone or next to another one.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test, { type TestContext } from 'node:test'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { openEdition } from '../support/edition.ts'
import { eventually } from '../support/eventually.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { inTime } from '../support/pauses.ts'
import { openTestStore } from '../support/store.ts'

const open = (settings: Record<string, string>) =>
  openApp(readConfig({ HOST: '127.0.0.1', PORT: '0', ...settings }, {}), {
    log: silentLog,
    withoutCron: true,
  })
const without = (settings: Record<string, string>, name: string) =>
  Object.fromEntries(Object.entries(settings).filter(([key]) => key !== name))

void test('without Redis a second process is refused with the reason, and may start once the first has ended', async (t) => {
  const edition = await openEdition()
  t.after(() => edition.close())
  const settings = without(edition.settings, 'REDIS_URL')
  const first = await open(settings)
  await assert.rejects(
    open(settings),
    /Another kefu runs on this database: several processes need Redis, so set REDIS_URL/,
  )
  await first.close()
  await (await open(settings)).close()
})

void test('on MariaDB a process without SECRET_KEY refuses to start', async (t) => {
  const edition = await openEdition()
  t.after(() => edition.close())
  const settings = without(edition.settings, 'SECRET_KEY')
  await assert.rejects(open(settings), /SECRET_KEY: with MySQL or MariaDB set it/)
})

void test('several processes that start at once run each migration once and create a single first company', async (t) => {
  const edition = await openEdition()
  const { prepareInstallation } =
    await import('../../src/actions/companies/prepare-installation.ts')
  const apps = await Promise.all([0, 1, 2].map(() => open(edition.settings)))
  t.after(async () => {
    for (const one of apps) await one.close()
    await edition.close()
  })
  const made = await Promise.all(
    apps.map((app) => prepareInstallation(app.ports, { password: 'correct horse' })),
  )
  assert.equal(made.filter((one) => one !== null).length, 1)
  const [app] = apps
  assert.equal((await app?.ports.store.read.companies.list())?.length, 1)
  const ran =
    (await app?.ports.store.read.sql.all<{ name: string }>(
      'select name from migrations order by id',
    )) ?? []
  assert.deepEqual(
    ran.map(({ name }) => name),
    migrations.map(({ name }) => name),
  )
})

void test('a column on MariaDB whose collation does not fit is reported with a remedy', async (t) => {
  const { store, close } = await openTestStore()
  t.after(close)
  assert.deepEqual(
    (await store.check()).filter(({ ok }) => !ok),
    [],
    'the premise: nothing is wrong with this one',
  )
  await store.work('rest', async (unit) => {
    await unit.sql.run(
      'alter table inbox modify openid varchar(64) character set utf8mb4 collate utf8mb4_general_ci not null',
    )
  })
  const [wrong, ...more] = (await store.check()).filter(({ ok }) => !ok)
  assert.match(wrong?.what ?? '', /inbox\.openid/)
  assert.match(wrong?.remedy ?? '', /ascii_bin/)
  assert.deepEqual(more, [])
})

const lockName = "concat('kefu alone in ', database())"

async function openOnServer(t: TestContext) {
  const edition = await openEdition()
  const settings = without(edition.settings, 'REDIS_URL')
  const connection = await createConnection(
    (settings['DATABASE_URL'] ?? '').replace('mariadb:', 'mysql:'),
  )
  t.after(async () => {
    await connection.end()
    await edition.close()
  })
  const holder = async () => {
    const [rows] = await connection.query<RowDataPacket[]>(
      `select is_used_lock(${lockName}) as holder`,
    )
    return rows[0]?.['holder'] as number | null
  }
  return { settings, connection, holder }
}

void test('a single process that loses the connection holding its lock takes the lock again, and a second process is still refused', async (t) => {
  const { settings, connection, holder } = await openOnServer(t)
  const first = await open(settings)
  const before = await holder()
  await connection.query(`kill ${before}`)
  await eventually(async () => {
    const now = await holder()
    assert.ok(now !== null && now !== before, 'nobody has taken it again')
  }, 'back')
  await assert.rejects(open(settings), /Another kefu runs on this database/)
  await first.close()
  // waits, because the server notices only a moment later that the connection is gone, and only
  // then frees its lock
  await eventually(async () => {
    assert.equal(await holder(), null, 'freed with its holder')
  })
})

void test('a single process that finds another one in its place ends in order, says why, and exits with an error code', async (t) => {
  const { settings, connection, holder } = await openOnServer(t)
  const dir = mkdtempSync(join(tmpdir(), 'kefu-alone-'))
  const env = { ...settings, HOST: '127.0.0.1', PORT: '0', DATA_DIR: dir }
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../../src/main.js')], {
    cwd: dir,
    env,
  })
  t.after(() => {
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true, force: true })
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  await eventually(() => {
    assert.match(out, /kefu answers on/)
  }, 'start')
  const ended = once(child, 'exit')
  await connection.query(`kill ${await holder()}`)
  const [rows] = await connection.query<RowDataPacket[]>(`select get_lock(${lockName}, 1) as taken`)
  assert.equal(rows[0]?.['taken'], 1, 'the premise: another has it')
  const [code] = (await inTime(ended, 25_000)) as [number | null]
  assert.equal(code, 1)
  assert.match(out, /Another kefu has started on this database/)
})
