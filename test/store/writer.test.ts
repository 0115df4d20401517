// Shows why writes are queued: TypeORM's SQLite driver has one connection for everyone.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { DataSource } from 'typeorm'
import { silentLog } from '../../src/log.ts'
import { openStore } from '../../src/store/open.ts'
import { openTestStore } from '../support/store.ts'

const later = () => new Promise((resolve) => setImmediate(resolve))

void test("without the queue of writes, an acknowledged write is rolled back together with somebody else's transaction", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-loss-'))
  t.after(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  const source = await new DataSource({
    type: 'better-sqlite3',
    database: join(dir, 'a.db'),
  }).initialize()
  t.after(() => source.destroy())
  await source.query('create table line (id int)')
  let inside: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    inside = resolve
  })
  const stranger = source
    .transaction(async (manager) => {
      await manager.query('insert into line values (1)')
      inside()
      await later()
      throw new Error('the stranger fails')
    })
    .catch(() => undefined)
  await begun
  await source.query('insert into line values (2)')
  await stranger
  assert.deepEqual(
    await source.query('select id from line'),
    [],
    'write 2 was acknowledged and is gone',
  )
})

void test('with the queue of writes, every acknowledged write is kept, whoever fails at the same time', async (t) => {
  const { store, close } = await openTestStore()
  t.after(close)
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, at) =>
      store.work('rest', async (unit) => {
        unit.installation.remember(`name${at}`, 'x')
        await later()
        if (at % 2 === 1) throw new Error('fails')
      }),
    ),
  )
  assert.equal(results.filter((one) => one.status === 'fulfilled').length, 25)
  const kept = await store.read.sql.all<{ name: string }>(
    "select name from installation where name like 'name%'",
  )
  assert.equal(kept.length, 25)
})

void test('transactions run in the order push, reply, claim, rest, and by arrival within each class', async (t) => {
  const { store, close } = await openTestStore()
  t.after(close)
  const done: string[] = []
  const first = store.work('rest', later)
  const some = (['rest', 'claim', 'reply', 'push', 'push', 'rest'] as const).map((kind, at) =>
    store.work(kind, async () => {
      done.push(`${kind}${at}`)
    }),
  )
  await Promise.all([first, ...some])
  assert.deepEqual(done, ['push3', 'push4', 'reply2', 'claim1', 'rest0', 'rest5'])
})

void test('a second process on the same SQLite file is refused with an explanation, and accepted once the first has ended', async () => {
  const { store, dir } = await openTestStore()
  const again = () => openStore({ url: 'sqlite:', dataDir: dir, log: silentLog })
  await assert.rejects(again(), /held by another kefu: end that process first/)
  await store.close()
  await (await again()).close()
  rmSync(dir, { recursive: true, force: true })
})
