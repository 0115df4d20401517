// The scripts migrate, seed, doctor and reset-password on MariaDB, run as a person would.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { openSimulator } from 'wechat-simulator'
import { startMariadb } from '../../scripts/services/mariadb.ts'
import { openHouse, signIn } from '../support/app.ts'
import { eventually } from '../support/eventually.ts'
import { runScript } from '../support/script.ts'

void test('on MariaDB the doctor asks for the schema, migrate creates it, seed fills it, and the doctor reports unsuitable server settings', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-scripts-'))
  const simulator = await openSimulator({ host: '127.0.0.1', port: 0, dataDir: null })
  const mariadb = await startMariadb()
  t.after(async () => {
    await mariadb.stop()
    await simulator.close()
    rmSync(dir, { recursive: true, force: true })
  })
  const run = (name: string, more: Record<string, string> = {}) =>
    runScript(name, dir, {
      DATABASE_URL: mariadb.url,
      SECRET_KEY: 'k'.repeat(32),
      WECHAT_API_BASE: simulator.url,
      PORT: '1',
      ...more,
    })
  const before = await run('doctor')
  assert.equal(before.code, 1)
  assert.match(before.out, /✘ The tables cannot be read/)
  assert.match(before.out, /→ npm run migrate/)

  const migrated = await run('migrate')
  assert.equal(migrated.code, 0, migrated.out)
  assert.match(migrated.out, /Done: Initial/)
  assert.match((await run('migrate')).out, /nothing was done/)

  const empty = await run('doctor')
  assert.equal(empty.code, 0, empty.out)
  assert.match(empty.out, /innodb_flush_log_at_trx_commit is 1/)
  assert.match(empty.out, /clock agrees with the database/)

  assert.equal((await run('seed')).code, 0)
  assert.match((await run('seed')).out, /Nothing was done/)

  const stranger = await run('doctor', { SECRET_KEY: 'z'.repeat(32) })
  assert.equal(stranger.code, 1)
  assert.match(stranger.out, /✘ 演示公众号 .*cannot be read with this key/)
  const keyless = await run('doctor', { SECRET_KEY: '' })
  assert.match(keyless.out, /✘ SECRET_KEY is not set/)

  const lax = await startMariadb({ args: ['--innodb-flush-log-at-trx-commit=2'] })
  t.after(lax.stop)
  const told = await run('doctor', { DATABASE_URL: lax.url })
  assert.equal(told.code, 1)
  assert.match(told.out, /✘ innodb_flush_log_at_trx_commit is 2\.\n +→ Set it to 1/)
})

void test("with Redis a password is reset while processes are running, and the person's sign-ins end in all of them", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-scripts-'))
  const house = await openHouse({ rules: false })
  t.after(async () => {
    await house.close()
    rmSync(dir, { recursive: true, force: true })
  })
  assert.equal((await house.admin.call('GET', '/api/me')).status, 200, 'the premise')
  const { DATABASE_URL, REDIS_URL = '', SECRET_KEY = '' } = house.config
  const { code, out } = await runScript('reset-password admin', dir, {
    DATABASE_URL,
    REDIS_URL,
    SECRET_KEY,
  })
  assert.equal(code, 0, out)
  for (const url of house.urls) {
    await eventually(async () => {
      const me = await fetch(`${url}/api/me`, {
        headers: { Authorization: `Bearer ${house.admin.token}` },
      })
      assert.equal(me.status, 401)
    }, 'everywhere')
  }
  const [, password = ''] = /The new password of admin is (\S+) /.exec(out) ?? []
  assert.ok((await signIn(house.url, 'admin', password)).token)
})
