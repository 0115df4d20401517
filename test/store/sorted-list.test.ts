import assert from 'node:assert/strict'
import test from 'node:test'
import { before, openSortedList, type Entry } from '../../src/backends/memory/sorted-list.ts'
import { openDraw } from '../support/random.ts'

void test('the sorted list in blocks behaves like a sorted array, whatever is added and removed', () => {
  const draw = openDraw(7)
  const list = openSortedList()
  let plain: Entry[] = []
  for (let n = 0; n < 8000; n += 1) {
    const entry = { id: `s${draw.below(6000)}`, rank: draw.below(3000) }
    const had = plain.find((one) => one.id === entry.id)
    if (draw.below(3) === 0) {
      assert.equal(list.leave(entry.id), had !== undefined)
      plain = plain.filter((one) => one.id !== entry.id)
    } else {
      assert.equal(list.enter(entry), had?.rank !== entry.rank)
      plain = [...plain.filter((one) => one.id !== entry.id), entry]
    }
    if (n % 1000 !== 999) continue
    plain.sort(before)
    assert.deepEqual(list.first(plain.length + 5), plain)
    assert.deepEqual(list.first(7), plain.slice(0, 7))
    for (const rank of [0, 1500, 2999, 5000]) {
      assert.equal(list.before({ id: '', rank }), plain.filter((one) => one.rank < rank).length)
    }
    plain.forEach((one, at) => {
      if (at % 97 === 0) assert.equal(list.before(one), at)
    })
  }
  assert.ok(plain.length > 1500, 'several blocks')
})
