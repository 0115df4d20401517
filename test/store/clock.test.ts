import assert from 'node:assert/strict'
import test from 'node:test'
import { openClock } from '../../src/clock.ts'

void test("the product's time never goes back, however the clock is moved", () => {
  let mono = 0
  const clock = openClock(1_000_000, { mono: () => mono })
  const given = [clock.now()]
  const moves = [0, -5000, 0, 0, -1, 7000, -7000, 0]
  for (const ms of moves) {
    mono += 1000
    clock.move(ms)
    given.push(clock.now())
  }
  assert.deepEqual(
    given,
    given.toSorted((a, b) => a - b),
  )
  assert.deepEqual(
    given.slice(0, 3),
    [1_000_000, 1_001_000, 1_001_000],
    'it stands still meanwhile',
  )
  mono += 10_000
  assert.equal(clock.now(), 1_012_999, 'and goes on from there')
})
