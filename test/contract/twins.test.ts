// What the queue index, newest lines, cache and event bus guarantee, whether kept in memory or in
// Redis.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { laneList, waitingList } from '../../rules/session/queue-list.ts'
import { commonLane, groupLane, privateLane } from '../../rules/session/lane.ts'
import { recentLines, sumModulus, type Move } from '../../src/ports.ts'
import { eventually } from '../support/eventually.ts'
import { editions, house } from './editions.ts'
import { timePasses } from '../support/pauses.ts'

const common = commonLane('a')
const group1 = groupLane(1, 'a')
const group2 = groupLane(2, 'a')
let made = 0
const company = () => `c${String((made += 1)).padStart(31, '0')}`
const queuedIn = (lane: string, id: string, rank: number): Move => ({
  id,
  from: null,
  to: { list: laneList(lane), rank },
})

for (const edition of editions) {
  describe(edition.name, () => {
    const at = house(edition)

    const whole = async (companyId: string) => {
      const { queue } = at.backends()
      const sums = await queue.sums(companyId)
      await queue.complete(companyId, sums?.epoch ?? '')
    }

    void test('the first sessions of several lanes are returned merged by rank, then by id', async () => {
      const { queue } = at.backends()
      const c = company()
      await whole(c)
      await queue.move(c, [
        queuedIn(common, 'b', 5),
        queuedIn(group1, 'a', 5),
        queuedIn(common, 'c', 1),
        queuedIn(privateLane(7), 'd', 9),
        queuedIn(common, 'A', 5),
      ])
      assert.deepEqual(await queue.heads(c, [common, group1], 10), [
        { id: 'c', lane: common, rank: 1 },
        { id: 'A', lane: common, rank: 5 },
        { id: 'a', lane: group1, rank: 5 },
        { id: 'b', lane: common, rank: 5 },
      ])
      assert.deepEqual(
        (await queue.heads(c, [common, group1, privateLane(7)], 2))?.map(({ id }) => id),
        ['c', 'A', 'a', 'd'],
        'two of each lane',
      )
      assert.deepEqual(await queue.heads(c, [commonLane('x')], 5), [])
      assert.deepEqual(await queue.heads(c, [], 5), [])
    })

    void test('a change of the queue index may be repeated, and returns how many entries it changed', async () => {
      const { queue } = at.backends()
      const c = company()
      await whole(c)
      const enter = queuedIn(common, 'a', 2 ** 53 - 1)
      assert.deepEqual([await queue.move(c, [enter]), await queue.move(c, [enter])], [1, 0])
      assert.deepEqual(await queue.heads(c, [common], 5), [
        { id: 'a', lane: common, rank: 2 ** 53 - 1 },
      ])
      const shift: Move = {
        id: 'a',
        from: laneList(common),
        to: { list: laneList(group2), rank: 3 },
      }
      assert.deepEqual([await queue.move(c, [shift]), await queue.move(c, [shift])], [2, 0])
      assert.equal(
        await queue.move(c, [
          { ...shift, from: laneList(group2), to: { list: laneList(group2), rank: 4 } },
        ]),
        1,
      )
      assert.deepEqual(await queue.heads(c, [common, group2], 5), [
        { id: 'a', lane: group2, rank: 4 },
      ])
      const leave: Move = { id: 'a', from: laneList(group2), to: null }
      assert.deepEqual([await queue.move(c, [leave]), await queue.move(c, [leave])], [1, 0])
      assert.equal(await queue.move(c, []), 0)
    })

    void test('the position in the queue is the number of sessions in front', async () => {
      const { queue } = at.backends()
      const c = company()
      await whole(c)
      await queue.move(c, [
        queuedIn(common, 'b', 2),
        queuedIn(common, 'a', 2),
        queuedIn(common, 'c', 1),
      ])
      assert.deepEqual(
        await Promise.all(['c', 'a', 'b', 'z'].map((id) => queue.position(c, common, id))),
        [0, 1, 2, null],
      )
      assert.equal(await queue.position(c, group1, 'a'), null)
      assert.deepEqual(
        await Promise.all([0, 1, 2, 3].map((rank) => queue.before(c, common, rank))),
        [0, 0, 1, 3],
      )
      assert.equal(await queue.before(c, group1, 5), 0)
    })

    void test('the queue index proposes nothing before it is marked complete, and only the version that was checked can be marked', async () => {
      const { queue } = at.backends()
      const c = company()
      await queue.move(c, [queuedIn(common, 'a', 1)])
      assert.deepEqual(
        [
          await queue.heads(c, [common], 5),
          await queue.position(c, common, 'a'),
          await queue.before(c, common, 9),
        ],
        [null, null, null],
      )
      const sums = await queue.sums(c)
      assert.equal(sums?.whole, false)
      if (queue.shared) {
        await queue.complete(c, `${sums.epoch}x`)
        assert.equal(await queue.heads(c, [common], 5), null)
      }
      await queue.complete(c, sums.epoch)
      assert.deepEqual((await queue.heads(c, [common], 5))?.length, 1)
      assert.equal((await queue.sums(c))?.whole, true)
      assert.equal(
        await queue.heads(company(), [common], 5),
        null,
        'another company is not whole with it',
      )
    })

    void test('sums and members of the queue index tell what each list contains', async () => {
      const { queue } = at.backends()
      const c = company()
      const ranks = [
        2 ** 44 * 511 + 1_763_000_000_123,
        1_763_000_000_000,
        sumModulus * 7_999_999 - 1,
      ]
      await queue.move(
        c,
        ranks.map((rank, n) => queuedIn(common, `s${n}`, rank)),
      )
      await queue.move(c, [{ id: 'w', from: null, to: { list: waitingList(12), rank: 77 } }])
      const total = ranks.reduce((sum, rank) => sum + (rank % sumModulus), 0)
      assert.deepEqual(
        (await queue.sums(c))?.lists,
        new Map([
          [laneList(common), { count: 3, sum: total }],
          [waitingList(12), { count: 1, sum: 77 }],
        ]),
      )
      assert.deepEqual(
        [...((await queue.members(c, laneList(common))) ?? [])].sort(),
        ranks.map((rank, n) => [`s${n}`, rank]),
      )
      assert.deepEqual(await queue.members(c, waitingList(12)), new Map([['w', 77]]))
      assert.deepEqual(await queue.members(c, laneList(groupLane(5, 'a'))), new Map())
      await queue.move(c, [{ id: 'w', from: waitingList(12), to: null }])
      assert.deepEqual([...((await queue.sums(c))?.lists.keys() ?? [])], [laneList(common)])
    })

    void test('sums and members of the queue index are right for lists longer than one slice', async () => {
      const { queue } = at.backends()
      const c = company()
      const moves = Array.from({ length: 10_500 }, (_, n) =>
        queuedIn(common, `s${n}`, 1_763_000_000_000 + n),
      )
      assert.equal(await queue.move(c, moves), 10_500)
      const sum = moves.reduce((total, { to }) => total + ((to?.rank ?? 0) % sumModulus), 0)
      assert.deepEqual((await queue.sums(c))?.lists.get(laneList(common)), { count: 10_500, sum })
      assert.equal((await queue.members(c, laneList(common)))?.size, 10_500)
    })

    void test('newest lines are returned newest first, without duplicates, and only as many as are kept', async () => {
      const { recent } = at.backends()
      const c = company()
      assert.deepEqual(await recent.list(c, 's'), [])
      await recent.add(c, 's', ['1', '2'])
      await recent.add(c, 's', ['3'])
      await recent.add(c, 's', ['3'])
      assert.deepEqual(await recent.list(c, 's'), ['3', '2', '1'])
      await recent.set(c, 's', ['7', '8'])
      assert.deepEqual(await recent.list(c, 's'), ['8', '7'])
      await recent.add(
        c,
        's',
        Array.from({ length: 60 }, (_, n) => `n${n}`),
      )
      const kept = await recent.list(c, 's')
      assert.deepEqual([kept.length, kept[0], kept.at(-1)], [recentLines.most, 'n59', 'n10'])
      assert.deepEqual(await recent.list(c, 'other'), [])
    })

    void test('a cache entry disappears after its time and when deleted', async () => {
      const { cache } = at.backends()
      await cache.set('login:a', 'ä', 60_000)
      await cache.set('token:b', '2', 150)
      assert.deepEqual(
        [await cache.get('login:a'), await cache.get('token:b'), await cache.get('nobody')],
        ['ä', '2', null],
      )
      await timePasses(200)
      assert.equal(await cache.get('token:b'), null)
      await cache.delete('login:a')
      await cache.delete('login:a')
      assert.equal(await cache.get('login:a'), null)
      await cache.set('login:a', '3', 60_000)
      assert.equal(await cache.get('login:a'), '3')
    })

    void test('an event on the bus is delivered at once and once to listeners of its topic in the same process, until they stop listening', async () => {
      const { bus } = at.backends()
      const heard: string[] = []
      const off = bus.subscribe('a', (subject) => {
        if (subject !== '') heard.push(subject)
      })
      bus.publish('a', 'eins')
      bus.publish('b', 'zwei')
      assert.deepEqual(heard, ['eins'])
      if (edition.start) {
        // if the event came back through Redis as a second copy, that copy would arrive before this
        // next event, and the test would find it
        const there = await at.another()
        await eventually(() => {
          there.bus.publish('a', 'von drüben')
          assert.ok(heard.includes('von drüben'))
        })
      }
      const before = heard.filter((subject) => subject !== 'von drüben')
      assert.deepEqual(before, ['eins'])
      off()
      bus.publish('a', 'drei')
      assert.ok(!heard.includes('drei'))
    })

    if (edition.start) {
      void test('another process sees the same queue index, newest lines and cache, and receives events of the bus', async () => {
        const here = at.backends()
        const there = await at.another()
        const c = company()
        const heard: string[] = []
        there.bus.subscribe('topic', (subject) => {
          heard.push(subject)
        })
        await eventually(() => {
          assert.deepEqual(heard, [''], 'listening begins with a ring')
        })
        here.bus.publish('topic', 'a subject')
        await eventually(() => {
          assert.deepEqual(heard, ['', 'a subject'])
        })

        await whole(c)
        await here.queue.move(c, [queuedIn(common, 'a', 1)])
        assert.deepEqual(await there.queue.heads(c, [common], 5), [
          { id: 'a', lane: common, rank: 1 },
        ])
        await here.recent.add(c, 's', ['1'])
        assert.deepEqual(await there.recent.list(c, 's'), ['1'])
        await here.cache.set('perm:1', 'x', 60_000)
        assert.equal(await there.cache.get('perm:1'), 'x')
        await there.cache.delete('perm:1')
        assert.equal(await here.cache.get('perm:1'), null)
      })
    }
  })
}
