import assert from 'node:assert/strict'
import test from 'node:test'
import { startMariadb } from '../../scripts/services/mariadb.ts'
import { eventually } from '../support/eventually.ts'
import { run, stopsWithoutATrace } from './support.ts'

void test('a MariaDB started for tests answers on loopback, keeps committed rows after a kill, and leaves nothing behind', async (t) => {
  const service = await startMariadb({ args: ['--lock-wait-timeout=7'] })
  t.after(service.stop)
  const [port = 0] = service.ports
  assert.equal(service.url, `mariadb://root@127.0.0.1:${port}/kefu`)
  const sql = async (text: string, database = 'kefu') =>
    (
      await run(
        'mariadb',
        [
          '--no-defaults',
          '--protocol=tcp',
          '--host=127.0.0.1',
          `--port=${port}`,
          '--user=root',
          '--batch',
          '--skip-column-names',
          '--execute',
          text,
          database,
        ],
        { timeout: 2000 },
      )
    ).stdout.trim()
  assert.equal(
    await sql(
      'select @@character_set_database, @@innodb_flush_log_at_trx_commit, @@log_bin, @@lock_wait_timeout',
    ),
    'utf8mb4\t1\t0\t7',
  )
  await sql('create table a (n int)')

  service.pause()
  await assert.rejects(sql('select 1'), 'a frozen server answers nothing')
  service.resume()
  await eventually(async () => {
    assert.equal(await sql('select 1'), '1')
  }, 'back')

  await sql('insert into a values (42)')
  const [before] = service.pids
  service.kill()
  await service.restart()
  assert.notEqual(service.pids[0], before)
  assert.equal(await sql('select n from a'), '42')

  const url = await service.createDatabase('another')
  assert.equal(url, `mariadb://root@127.0.0.1:${port}/another`)
  assert.equal(await sql('select @@character_set_database', 'another'), 'utf8mb4')
  await service.dropDatabase('another')
  await assert.rejects(sql('select 1', 'another'))
  await assert.rejects(service.createDatabase('a`b'), /not the name/)
  await stopsWithoutATrace(service)
})

void test('two MariaDB servers started for tests at the same time share nothing', async (t) => {
  const services = await Promise.all([startMariadb(), startMariadb()])
  t.after(() => Promise.all(services.map((service) => service.stop())))
  assert.notEqual(services[0].url, services[1].url)
  await Promise.all(services.map((service) => service.createDatabase('mine')))
})
