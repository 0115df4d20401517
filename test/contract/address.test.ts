// REDIS_URL: which forms and which servers are accepted or refused, with which messages, and that
// no message contains the password.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Redis } from 'ioredis'
import { startRedis } from '../../scripts/services/redis.ts'
import { openBackends } from '../../src/backends/open.ts'
import { readAddress, shown } from '../../src/backends/redis/address.ts'
import { openClock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { silentLog, type Log } from '../../src/log.ts'
import { eventually } from '../support/eventually.ts'

void describe('parsing of REDIS_URL', () => {
  void test('REDIS_URL accepts three schemes, default ports, names and passwords', () => {
    const bare = {
      master: null,
      username: undefined,
      password: undefined,
      sentinelPassword: undefined,
    }
    assert.deepEqual(readAddress('redis://localhost'), {
      kind: 'single',
      hosts: [{ host: 'localhost', port: 6379 }],
      ...bare,
    })
    assert.deepEqual(readAddress('redis://:p%40%2F%3Aw@[::1]:7000'), {
      ...bare,
      kind: 'single',
      hosts: [{ host: '::1', port: 7000 }],
      password: 'p@/:w',
    })
    assert.deepEqual(readAddress('redis+sentinel://u:p@a,b:1/mymaster?sentinelPassword=s'), {
      kind: 'sentinel',
      hosts: [
        { host: 'a', port: 26_379 },
        { host: 'b', port: 1 },
      ],
      master: 'mymaster',
      username: 'u',
      password: 'p',
      sentinelPassword: 's',
    })
    assert.deepEqual(readAddress('redis+cluster://a:1,b'), {
      ...bare,
      kind: 'cluster',
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 6379 },
      ],
    })
    assert.equal(
      shown(readAddress('redis+sentinel://u:secret@a,b:1/mymaster?sentinelPassword=secret')),
      'sentinel a:26379,b:1',
    )
  })

  for (const [url, words] of [
    ['redis://a,b', /one host only/],
    ['redis://a/3', /databases 0, 1, 2 and 4/],
    ['redis+sentinel://a,b', /name of the master/],
    ['redis://a:99999', /host:port/],
    ['redis://:secret/word@a', /host:port|leave out the path/],
    ['redis://u:secret@word@a', /understood/],
    ['redis+cluster://a:1,secret:word:x', /host:port/],
  ] as const) {
    void test(`the REDIS_URL ${url} is refused with an explanation`, () => {
      assert.throws(
        () => readAddress(url),
        (error: Error) => words.test(error.message) && !error.message.includes('secret'),
      )
    })
  }

  void test('the configuration refuses a REDIS_URL whose scheme is not redis, redis+sentinel or redis+cluster', () => {
    for (const url of ['redis://a', 'redis+sentinel://a/m', 'redis+cluster://a']) {
      assert.equal(readConfig({}, { REDIS_URL: url }).REDIS_URL, url)
    }
    for (const url of ['http://a', 'rediss://:secret@a', 'a:6379']) {
      assert.throws(
        () => readConfig({}, { REDIS_URL: url }),
        (error: Error) =>
          error.message.includes('REDIS_URL: redis://') && !error.message.includes('secret'),
      )
    }
  })
})

function hearingLog(): { log: Log; lines: string[] } {
  const lines: string[] = []
  const write = (facts: object, text: string) => {
    lines.push(`${text} ${JSON.stringify(facts)}`)
  }
  return { lines, log: { ...silentLog, warn: write, info: write, error: write } }
}

void describe('the Redis server behind REDIS_URL', () => {
  const open = (url: string, log: Log = silentLog) =>
    openBackends({ url, clock: openClock(Date.now()), log })

  void test('a Redis that evicts keys is refused with a remedy', async (t) => {
    const service = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] })
    t.after(() => service.stop())
    await assert.rejects(
      open(service.url),
      /maxmemory-policy allkeys-lru.*set "maxmemory-policy noeviction"/,
    )
  })

  void test('a Redis that does not reveal its settings is accepted with a warning', async (t) => {
    const service = await startRedis({ args: ['--rename-command', 'CONFIG', ''] })
    t.after(() => service.stop())
    const { log, lines } = hearingLog()
    const backends = await open(service.url, log)
    t.after(() => backends.close())
    assert.match(lines.join('\n'), /make sure of maxmemory-policy noeviction/)
  })

  void test('a Redis with a password accepts the right one, and a wrong one is reported once without showing it', async (t) => {
    const service = await startRedis()
    t.after(() => service.stop())
    const admin = new Redis(service.ports[0]!, '127.0.0.1')
    t.after(() => {
      admin.disconnect()
    })
    await admin.config('SET', 'requirepass', 'pass/word')
    const [good, bad] = [hearingLog(), hearingLog()]
    const backends = await open(service.url.replace('//', '//:pass%2Fword@'), good.log)
    t.after(() => backends.close())
    await backends.cache.set('a', '1', 1000)
    assert.equal(await backends.cache.get('a'), '1')
    assert.deepEqual(good.lines, [])

    const refused = await open(service.url.replace('//', '//:wrong-pass@'), bad.log)
    t.after(() => refused.close())
    assert.equal(await refused.cache.get('a'), null)
    await eventually(() => {
      assert.match(bad.lines[0] ?? '', /Redis does not answer.*WRONGPASS/)
    }, 'back')
    assert.equal(bad.lines.length, 1)
    assert.doesNotMatch(bad.lines.join(), /wrong-pass/)
  })

  void test('a Redis that is away delays the start only briefly, and is used when it appears', async (t) => {
    const service = await startRedis()
    t.after(() => service.stop())
    service.kill()
    const { log, lines } = hearingLog()
    const from = performance.now()
    const backends = await open(service.url, log)
    t.after(() => backends.close())
    assert.ok(performance.now() - from < 4000)
    assert.equal(await backends.cache.get('a'), null)
    await service.restart()
    await eventually(async () => {
      await backends.cache.set('a', '1', 60_000)
      assert.equal(await backends.cache.get('a'), '1')
    }, 'back')
    assert.deepEqual(
      lines.map((line) => line.split(' {')[0]),
      ['Redis does not answer: the work goes on from SQL', 'Redis answers again'],
    )
  })
})
