// A migration that dies half-way is continued by the next start, because each of its steps can be
// repeated.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test from 'node:test'
import { silentLog } from '../../src/log.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { openStore } from '../../src/store/open.ts'
import { eventually } from '../support/eventually.ts'
import { openEdition } from '../support/edition.ts'
import { schemaOf } from '../support/schema.ts'
import { openTcpProxy } from '../support/tcp-proxy.ts'

const changes = /^(create|alter|insert|update|delete|drop)\b/i

const open = (url: string) => openStore({ url, dataDir: '', log: silentLog })

async function schemaAt(url: string): Promise<string[]> {
  const { read, close } = await open(url)
  const schema = await schemaOf(read.sql)
  const ran = await read.sql.all<{ name: string }>('select name from migrations order by id')
  await close()
  assert.deepEqual(
    ran.map(({ name }) => name),
    migrations.map(({ name }) => name),
    'each migration ran once',
  )
  return schema
}

async function freshDatabase(t: { after: (end: () => Promise<void>) => void }) {
  const edition = await openEdition()
  t.after(() => edition.close())
  return edition.settings['DATABASE_URL'] ?? ''
}

void test('a migration that loses its connection at any statement is continued by the next start, with the same resulting schema', async (t) => {
  const whole = await schemaAt(await freshDatabase(t))
  const url = await freshDatabase(t)
  const proxy = await openTcpProxy(url)
  t.after(proxy.close)
  const struck: string[] = []
  let armed = true
  proxy.onStatement((text) => {
    if (!armed || !changes.test(text) || struck.includes(text)) return false
    struck.push(text)
    armed = false
    return true
  })
  for (let done = false; !done;) {
    armed = true
    done = await open(proxy.url).then(
      async (store) => {
        await store.close()
        return true
      },
      (error: unknown) => {
        assert.equal(armed, false, `it ended of itself: ${String(error)}`)
        return false
      },
    )
  }
  assert.ok(struck.length > 2 * migrations.length, `struck ${struck.length} times`)
  assert.deepEqual(await schemaAt(url), whole)
})

/**
 * Runs npm run migrate as a process. `strike` sees its statements and decides when to send the
 * signal.
 */
async function migrateAndSignal(
  url: string,
  signal: NodeJS.Signals,
  strike: (text: string) => boolean,
) {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-migrate-'))
  const proxy = await openTcpProxy(url)
  const script = resolve(import.meta.dirname, '../../scripts/migrate.js')
  const env = { DATABASE_URL: proxy.url, DATA_DIR: dir, SECRET_KEY: 'k'.repeat(32) }
  const child = spawn(process.execPath, [script], { cwd: dir, env })
  let out = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
  }
  let signalled = false
  const later: string[] = []
  proxy.onStatement((text) => {
    if (signalled && changes.test(text)) later.push(text)
    if (!signalled && strike(text)) signalled = child.kill(signal)
    return false
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  await proxy.close()
  rmSync(dir, { recursive: true, force: true })
  assert.ok(signalled, `it ended before it was signalled: ${out}`)
  return { code, out, later }
}

void test('a process that is killed during a migration is followed by one that completes it', async (t) => {
  const whole = await schemaAt(await freshDatabase(t))
  const url = await freshDatabase(t)
  for (const begin of [/^create table `login`/i, /^alter table `wx_user`/i]) {
    await migrateAndSignal(url, 'SIGKILL', (text) => begin.test(text))
  }
  assert.deepEqual(await schemaAt(url), whole)
})

void test('SIGTERM ends a migration between two steps, frees the lock, and the output says how to continue', async (t) => {
  const whole = await schemaAt(await freshDatabase(t))
  const url = await freshDatabase(t)
  const { code, out, later } = await migrateAndSignal(url, 'SIGTERM', (text) =>
    /^create table `user`/i.test(text),
  )
  assert.equal(code, 0, out)
  assert.match(out, /ended between two steps/)
  assert.ok(later.length <= 1, `it went on: ${later.join('; ')}`)
  assert.deepEqual(await schemaAt(url), whole)
})

void test("a process that waits for another one's migration at its start ends when it is told to", async (t) => {
  const url = await freshDatabase(t)
  const proxy = await openTcpProxy(url)
  t.after(proxy.close)
  let first = true
  // the first process hangs in the middle, because its statements no longer arrive
  proxy.onStatement((text) => {
    if (first && /^create table `user`/i.test(text)) {
      first = false
      proxy.goDead()
    }
    return false
  })
  const still = open(proxy.url)
  still.catch(() => undefined)
  await eventually(() => {
    assert.equal(first, false)
  })
  let asked = 0
  const { code, out } = await migrateAndSignal(url, 'SIGTERM', (text) => {
    asked += /lock/i.test(text) ? 1 : 0
    return asked === 2
  })
  assert.equal(code, 0, out)
  proxy.cut()
  await assert.rejects(still)
  await (await open(url)).close()
})
