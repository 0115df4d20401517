import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import test from 'node:test'
import { openApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import { migrations } from '../../src/store/migrations/index.ts'
import { openStore } from '../../src/store/open.ts'
import { signIn } from '../support/app.ts'
import { makeFolder } from '../support/folder.ts'
import { runScript } from '../support/script.ts'

function place() {
  const dir = makeFolder('scripts')
  return { dir, data: join(dir, 'data') }
}

void test('the script migrate creates the schema once and reports it', async () => {
  const { dir } = place()
  const first = await runScript('migrate', dir)
  assert.deepEqual(
    { ...first, out: /Done: Initial1700000000001/.test(first.out) },
    { code: 0, out: true },
  )
  const second = await runScript('migrate', dir)
  assert.deepEqual(second, { code: 0, out: 'The schema is up to date; nothing was done.\n' })
})

void test('kefu that is told to end during a migration ends between two steps, and the next start continues', async (t) => {
  const { data } = place()
  const open = (ending?: AbortSignal) =>
    openStore({ url: 'sqlite:', dataDir: data, log: silentLog, ending })
  for (const turns of [0, 3, 30]) {
    const ending = new AbortController()
    const opened = open(ending.signal)
    const refused = assert.rejects(opened, /ended between two steps/)
    for (let turn = 0; turn < turns; turn += 1) await setImmediate()
    ending.abort()
    await refused
  }
  const store = await open()
  t.after(store.close)
  assert.equal(store.migrated.length, migrations.length)
})

void test('the script migrate is refused with an explanation while an embedded kefu is running', async (t) => {
  const { dir, data } = place()
  const store = await openStore({ url: 'sqlite:', dataDir: data, log: silentLog })
  t.after(store.close)
  const { code, out } = await runScript('migrate', dir)
  assert.equal(code, 1)
  assert.match(out, /held by another kefu/)
})

void test('the script seed creates a demo to sign in to, and refuses to touch a database that is not empty', async (t) => {
  const { dir, data } = place()
  const first = await runScript('seed', dir)
  assert.equal(first.code, 0, first.out)
  const logins = readFileSync(join(data, 'demo-logins.txt'), 'utf8')
  const again = await runScript('seed', dir)
  assert.equal(again.code, 1)
  assert.match(again.out, /^Nothing was done: there is a company already \(演示公司\)/)
  assert.equal(readFileSync(join(data, 'demo-logins.txt'), 'utf8'), logins)

  const app = await openApp(readConfig({ HOST: '127.0.0.1', PORT: '0', DATA_DIR: data }, {}), {
    log: silentLog,
  })
  t.after(app.close)
  const url = await app.listen()
  const people = logins
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
  assert.deepEqual(
    people.map(([name]) => name),
    ['admin', 'agent1', 'agent2'],
  )
  for (const [name = '', secret = ''] of people) assert.ok((await signIn(url, name, secret)).token)
  assert.equal((await app.ports.store.read.companies.list()).length, 1)
})

void test('the script reset-password sets a new password while kefu is stopped; the old one and its sign-ins end', async (t) => {
  const { dir, data } = place()
  await runScript('seed', dir)
  const [, old = ''] =
    /^admin (\S+)/m.exec(readFileSync(join(data, 'demo-logins.txt'), 'utf8')) ?? []
  const open = async () => {
    const config = readConfig({ HOST: '127.0.0.1', PORT: '0', DATA_DIR: data }, {})
    const app = await openApp(config, { log: silentLog, withoutCron: true })
    return { app, url: await app.listen() }
  }
  const before = await open()
  const { token } = await signIn(before.url, 'admin', old)
  const beside = await runScript('reset-password admin', dir)
  assert.equal(beside.code, 1)
  assert.match(beside.out, /held by another kefu/)
  await before.app.close()

  assert.match((await runScript('reset-password nobody', dir)).out, /nobody with the login name/)
  const { code, out } = await runScript('reset-password admin', dir)
  assert.equal(code, 0, out)
  const [, password = ''] = /The new password of admin is (\S+) /.exec(out) ?? []
  const after = await open()
  t.after(after.app.close)
  await assert.rejects(signIn(after.url, 'admin', old), /401/)
  assert.ok((await signIn(after.url, 'admin', password)).token)
  const me = await fetch(`${after.url}/api/me`, { headers: { Authorization: `Bearer ${token}` } })
  assert.equal(me.status, 401)
})
