import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import {
  startCluster,
  startRedis,
  startSentinel,
  type Service,
} from '../../scripts/services/redis.ts'
import { eventually } from '../support/eventually.ts'
import { redis, stopsWithoutATrace } from './support.ts'

const portOf = (service: Service) => service.ports[0] ?? 0

void test('a Redis started for tests answers, keeps written data after a kill, and leaves nothing behind', async (t) => {
  const service = await startRedis()
  t.after(service.stop)
  const port = portOf(service)
  assert.equal(service.url, `redis://127.0.0.1:${port}`)
  assert.match(await redis(port, 'config', 'get', 'maxmemory-policy'), /noeviction/)
  assert.match(await redis(port, 'config', 'get', 'appendfsync'), /everysec/)
  await redis(port, 'set', 'a', '1')

  service.pause()
  await assert.rejects(redis(port, 'get', 'a'), 'a frozen server answers nothing')
  service.resume()
  await eventually(async () => {
    assert.equal(await redis(port, 'get', 'a'), '1')
  }, 'back')

  await redis(port, 'config', 'set', 'appendfsync', 'always')
  await redis(port, 'set', 'a', '2')
  const [before] = service.pids
  service.kill()
  await service.restart()
  assert.notEqual(service.pids[0], before)
  assert.equal(await redis(port, 'get', 'a'), '2')
  await service.restart()
  assert.equal(await redis(port, 'get', 'a'), '2', 'and over an end in order')
  await stopsWithoutATrace(service)
})

void test('a Redis started for tests takes arguments that override its defaults, and does not delete a directory that was given to it', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-redis-'))
  t.after(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  const first = await startRedis({
    dir,
    args: ['--appendfsync', 'always', '--maxmemory-policy', 'allkeys-lru'],
  })
  t.after(first.stop)
  assert.match(await redis(portOf(first), 'config', 'get', 'maxmemory-policy'), /allkeys-lru/)
  await redis(portOf(first), 'set', 'a', '1')
  await first.stop()
  assert.ok(readdirSync(dir).includes('appendonlydir'))
  const second = await startRedis({ dir })
  t.after(second.stop)
  assert.equal(await redis(portOf(second), 'get', 'a'), '1')
})

void test('sentinels started for tests promote a replica when the master freezes, and accept the old master as a replica', async (t) => {
  const service = await startSentinel()
  t.after(service.stop)
  const [master = 0, , , guard = 0] = service.ports
  assert.equal(
    service.url,
    `redis+sentinel://${service.ports
      .slice(3)
      .map((port) => `127.0.0.1:${port}`)
      .join(',')}/mymaster`,
  )
  const masterNow = async () =>
    Number((await redis(guard, 'sentinel', 'get-master-addr-by-name', 'mymaster')).split('\n')[1])
  assert.equal(await masterNow(), master)

  service.pause()
  await eventually(async () => {
    assert.notEqual(await masterNow(), master)
  }, 'back')
  const next = await masterNow()
  await eventually(async () => {
    assert.equal(await redis(next, 'set', 'a', '1'), 'OK')
  }, 'back')
  service.resume()
  await eventually(async () => {
    assert.match(await redis(master, 'role'), /^slave/)
  }, 'back')

  service.kill()
  await eventually(async () => {
    await assert.rejects(redis(next, 'ping'), 'who is killed is the master of the moment')
  }, 'back')
  await eventually(async () => {
    assert.notEqual(await masterNow(), next)
  }, 'back')
  await service.restart()
  assert.equal(await redis(next, 'ping'), 'PONG')
  await stopsWithoutATrace(service)
})

void test('a Redis Cluster of three masters shares the slots, and reports itself as down when one is missing', async (t) => {
  const service = await startCluster()
  t.after(service.stop)
  const clients = service.ports.slice(0, 3)
  assert.equal(
    service.url,
    `redis+cluster://${clients.map((port) => `127.0.0.1:${port}`).join(',')}`,
  )
  for (let n = 0; n < 30; n++) {
    assert.equal(await redis(clients[n % 3] ?? 0, '-c', 'set', `key${n}`, String(n)), 'OK')
  }

  const state = (port: number) => redis(port, 'cluster', 'info')
  service.pause()
  await eventually(async () => {
    assert.match(await state(clients[1] ?? 0), /cluster_state:fail/)
  }, 'back')
  service.resume()
  await eventually(async () => {
    assert.match(await state(clients[1] ?? 0), /cluster_state:ok/)
  }, 'back')
  service.kill()
  await service.restart()
  await eventually(async () => {
    assert.equal(await redis(clients[1] ?? 0, '-c', 'get', 'key7'), '7')
  }, 'back')
  await stopsWithoutATrace(service)
})
