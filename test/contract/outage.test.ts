// Redis goes away while a process uses it: no call throws or waits long, and what Redis missed
// meanwhile is not relied on afterwards.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { laneList } from '../../rules/session/queue-list.ts'
import { commonLane } from '../../rules/session/lane.ts'
import { startSentinel } from '../../scripts/services/redis.ts'
import type { Backends } from '../../src/backends/open.ts'
import type { Move } from '../../src/ports.ts'
import { eventually } from '../support/eventually.ts'
import { house, redisEditions } from './editions.ts'
import { lasts, nothingFor } from '../support/pauses.ts'

const common = commonLane('a')
// the product waits half a second for Redis; the rest is an allowance for a busy machine
const waitsAtMost = 1400
const enter = (id: string, rank: number): Move => ({
  id,
  from: null,
  to: { list: laneList(common), rank },
})

async function timed<T>(ask: () => Promise<T>): Promise<T> {
  const from = performance.now()
  const answer = await ask()
  assert.ok(
    performance.now() - from < waitsAtMost,
    `waited ${Math.round(performance.now() - from)} ms`,
  )
  return answer
}

/** Every call to queue index, newest lines and cache, by its name. */
const callsOf = (
  { queue, recent, cache }: Backends,
  companyId: string,
): Record<string, () => Promise<unknown>> => ({
  'queue.move': () => queue.move(companyId, [enter('late', 1)]),
  'queue.heads': () => queue.heads(companyId, [common], 5),
  'queue.position': () => queue.position(companyId, common, 'a'),
  'queue.before': () => queue.before(companyId, common, 2),
  'queue.sums': () => queue.sums(companyId),
  'queue.members': () => queue.members(companyId, laneList(common)),
  'queue.foreign': () => queue.foreign(companyId),
  'queue.clear': () => queue.clear(companyId, [`queue:{${companyId}}:x`], [laneList(common)]),
  'queue.complete': () => queue.complete(companyId, 'x'),
  'recent.add': () => recent.add(companyId, 's', ['1']),
  'recent.set': () => recent.set(companyId, 's', ['1', '2']),
  'recent.list': () => recent.list(companyId, 's'),
  'cache.set': () => cache.set('login:x', '1', 1000),
  'cache.get': () => cache.get('login:x'),
  'cache.delete': () => cache.delete('login:x'),
})

/** The names of all functions that wait for an answer; `close` is called when the test ends. */
const namesIn = ({ queue, recent, cache }: Backends): string[] =>
  Object.entries({ queue, recent, cache }).flatMap(([name, one]) =>
    Object.entries(one)
      .filter(([key, value]) => typeof value === 'function' && key !== 'close')
      .map(([key]) => `${name}.${key}`),
  )

async function rebuild({ queue }: Backends, companyId: string): Promise<void> {
  await eventually(async () => {
    const sums = await queue.sums(companyId)
    await queue.move(companyId, [enter('a', 1), enter('b', 2)])
    await queue.complete(companyId, sums?.epoch ?? '')
    assert.deepEqual(
      (await queue.heads(companyId, [common], 1))?.map(({ id }) => id),
      ['a'],
    )
  }, 'back')
}

for (const edition of redisEditions) {
  describe(`when Redis goes away (${edition.name})`, () => {
    const at = house(edition)

    for (const [way, goes, comes] of [
      ['frozen', 'pause', 'resume'],
      ['killed', 'kill', 'restart'],
    ] as const) {
      void test(`when Redis fails in the way "${way}", no call to it throws or waits long, and it is used again afterwards`, async () => {
        const here = at.backends()
        const c = `c${way}`
        const rings: string[] = []
        const off = here.bus.subscribe(c, (subject) => {
          rings.push(subject)
        })
        await rebuild(here, c)
        await eventually(() => {
          assert.ok(rings.includes(''))
        })

        const calls = callsOf(here, c)
        assert.deepEqual(Object.keys(calls).sort(), namesIn(here).sort(), 'every call')
        at.service()[goes]()
        // all are made before any of them finds out that Redis is gone; later each one knows it
        await Promise.all(Object.values(calls).map(timed))
        for (let round = 0; round < 3; round += 1) {
          for (const call of Object.values(calls)) await timed(call)
          here.bus.publish(c, 'said while nobody hears')
          await lasts(200)
        }
        assert.ok(rings.includes('said while nobody hears'), 'the own process hears without Redis')
        rings.length = 0
        await at.service()[comes]()

        await rebuild(here, c)
        await eventually(async () => {
          await here.cache.set('login:y', '1', 60_000)
          assert.equal(await here.cache.get('login:y'), '1')
          await here.recent.set(c, 's', ['1'])
          assert.deepEqual(await here.recent.list(c, 's'), ['1'])
        }, 'back')
        const there = await at.another()
        await eventually(() => {
          there.bus.publish(c, 'back')
          assert.ok(rings.includes('back'))
        }, 'back')
        off()
      })
    }
  })
}

const [single] = redisEditions
if (single) {
  describe('calls that Redis missed while it was away', () => {
    const at = house(single)

    void test('when a process is connected to the event bus again, each listener is told once that it may have missed messages', async () => {
      const here = at.backends()
      const rings: string[] = []
      here.bus.subscribe('known', (subject) => {
        rings.push(subject)
      })
      here.bus.subscribe('outbox', () => undefined)
      await eventually(() => {
        assert.deepEqual(rings, [''])
      })
      await at.service().restart()
      await eventually(() => {
        assert.deepEqual(rings, ['', ''])
      }, 'back')
      await nothingFor(500)
      assert.deepEqual(rings, ['', ''])
    })

    void test('a cache delete that Redis missed takes effect in every process within 1 s after Redis is back', async () => {
      const [here, there] = [at.backends(), await at.another()]
      await eventually(async () => {
        await here.cache.set('login:gone', 'still here', 60_000)
        assert.equal(await there.cache.get('login:gone'), 'still here')
      })
      at.service().pause()
      await timed(() => here.cache.delete('login:gone'))
      assert.equal(await timed(() => here.cache.get('login:gone')), null)
      at.service().resume()
      await eventually(async () => {
        await there.cache.set('login:sign', '1', 60_000)
        assert.equal(await there.cache.get('login:sign'), '1')
      }, 'back')
      await eventually(async () => {
        assert.deepEqual(
          [await here.cache.get('login:gone'), await there.cache.get('login:gone')],
          [null, null],
        )
      }, 'everywhere')
    })

    void test('a queue index that missed a write counts as incomplete for every process', async () => {
      const [here, there] = [at.backends(), await at.another()]
      await rebuild(here, 'torn')
      at.service().pause()
      await here.queue.move('torn', [{ id: 'a', from: laneList(common), to: null }])
      at.service().resume()
      await eventually(async () => {
        const sums = await there.queue.sums('torn')
        assert.equal(sums?.whole, false)
      }, 'back')
      assert.equal(await there.queue.heads('torn', [common], 5), null)
      assert.equal(await here.queue.heads('torn', [common], 5), null)
    })
  })
}

void describe('a Redis master that dies and does not come back', () => {
  const at = house({ name: 'Redis Sentinel', start: startSentinel })

  void test('after a failover the queue index and the event bus use the new master', async () => {
    const [here, there] = [at.backends(), await at.another()]
    const rings: string[] = []
    there.bus.subscribe('topic', (subject) => {
      rings.push(subject)
    })
    await rebuild(here, 'c')
    at.service().kill()
    assert.equal(await timed(() => here.queue.heads('c', [common], 5)), null)
    await rebuild(here, 'c')
    await eventually(async () => {
      assert.equal((await there.queue.heads('c', [common], 5))?.length, 2)
    }, 'back')
    await eventually(() => {
      here.bus.publish('topic', 'from the new master')
      assert.ok(rings.includes('from the new master'))
    }, 'back')
  })
})
