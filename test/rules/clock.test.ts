// How the database's clock is judged by what the monotonic clock and the other processes say.
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  wasCheckedRecently,
  judgeClock,
  offsetAfterRest,
  type ClockLook,
} from '../../rules/time/clock.ts'

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const doubtsFor = 8 * second
const start = Date.UTC(2026, 0, 1)
const now = start + 5 * second

/**
 * What a process sees when it checks the database's clock five seconds after the last check, with
 * nothing wrong and an immediate answer. Each test changes what it needs.
 */
const look = (more: Partial<ClockLook> = {}): ClockLook => ({
  databaseMs: now,
  from: now,
  to: now,
  sinceMs: 5 * second,
  sleptMs: 0,
  agreed: { offset: 0, at: start, by: 'me' },
  me: 'me',
  doubt: null,
  ...more,
})
type Told = Omit<Partial<ClockLook>, 'doubt'> & { doubt?: { at: number; forMs: number } }
const judged = ({ doubt, ...more }: Told) =>
  judgeClock(
    look({ ...more, doubt: doubt ? { ...doubt, agreed: look({}).agreed } : null }),
    doubtsFor,
  )

void test("when the database's clock shows what the monotonic clock expects, the product's time is not corrected, however long the database took to answer", () => {
  assert.deepEqual(judged({}), { kind: 'agrees', move: 0, offset: 0 })
  assert.deepEqual(judged({ from: now - 4 * second, to: now + 3 * second }), {
    kind: 'agrees',
    move: 0,
    offset: 0,
  })
})

void test("a jump of the database's clock is not believed at first, in either direction and of any length", () => {
  for (const jump of [3 * second, 3 * hour, 11 * day, -3 * second, -2 * hour, -11 * day]) {
    const databaseMs = now + jump
    assert.deepEqual(judged({ databaseMs }), { kind: 'doubts' }, String(jump))
    assert.deepEqual(judged({ databaseMs, doubt: { at: databaseMs, forMs: 5 * second } }), {
      kind: 'doubts',
    })
  }
})

void test("a jump of the database's clock that stays is absorbed by the offset, and the product's time continues smoothly", () => {
  for (const jump of [3 * second, 3 * hour, 11 * day, -3 * second, -2 * hour, -11 * day]) {
    const databaseMs = now + jump
    const verdict = judged({
      databaseMs,
      agreed: { offset: 70, at: start, by: 'me' },
      from: now + 70,
      to: now + 70,
      doubt: { at: databaseMs - 9 * second, forMs: 9 * second },
    })
    assert.deepEqual(verdict, { kind: 'jumped', move: 0, offset: 70 - jump, jumpMs: jump })
  }
})

void test('a process that stood still takes over the time of the others as soon as one of them has confirmed it since', () => {
  const databaseMs = now + hour
  const doubt = { at: databaseMs - 2 * second, forMs: 2 * second }
  const agreed = { offset: 0, at: databaseMs - second, by: 'another' }
  assert.deepEqual(judged({ databaseMs, doubt, agreed }), { kind: 'mine', move: hour })
  assert.deepEqual(
    judged({ databaseMs, doubt, agreed: { ...agreed, at: doubt.at - 1 } }),
    { kind: 'doubts' },
    'it looked before',
  )
  assert.deepEqual(
    judged({ databaseMs, doubt, agreed: { ...agreed, at: databaseMs + hour } }),
    { kind: 'doubts' },
    'it looked before the clock was set back',
  )
  assert.deepEqual(
    judged({ databaseMs, doubt, agreed: { ...agreed, by: 'me' } }),
    { kind: 'doubts' },
    'nobody can confirm themselves',
  )
})

void test('time during which the machine slept is added at once, but not more than that', () => {
  const slept = 3 * hour
  const verdict = judged({ databaseMs: now + slept, sleptMs: slept })
  assert.ok(verdict.kind === 'agrees' && verdict.move === slept && Math.abs(verdict.offset) < 1)
  assert.deepEqual(judged({ databaseMs: now + slept, sleptMs: hour }), { kind: 'doubts' })
  const awake = judged({ sleptMs: slept })
  assert.ok(awake.kind === 'agrees' && awake.move === 0, 'the database knows of no sleep')
})

void test("a database clock that runs five percent too fast speeds up the product's time by at most a minute per hour", () => {
  let [ours, offset] = [start, 0]
  for (let n = 1; n <= 720; n += 1) {
    const databaseMs = start + n * 5 * second * 1.05
    const expected = ours + 5 * second
    const verdict = judged({
      databaseMs,
      from: expected,
      to: expected,
      agreed: { offset, at: databaseMs - 5 * second, by: 'me' },
    })
    assert.equal(verdict.kind, 'agrees')
    ours = expected + verdict.move
    offset = verdict.offset
    assert.ok(Math.abs(databaseMs + offset - ours) < 1, 'whoever starts now has the same time')
  }
  const hurried = ours - start - hour
  assert.ok(hurried > 0 && hurried <= minute + 1, String(hurried))
})

void test('what remains of a jump is made up slowly: a minute per hour when behind, six when ahead', () => {
  for (const [off, rate] of [
    [-hour, minute],
    [2 * hour, -6 * minute],
  ] as const) {
    let [ours, offset] = [start + off, off]
    for (let n = 1; n <= 720; n += 1) {
      const expected = ours + 5 * second
      const databaseMs = start + n * 5 * second
      const agreed = { offset, at: databaseMs - 5 * second, by: 'another' }
      const verdict = judged({ databaseMs, from: expected, to: expected, agreed })
      assert.ok(verdict.kind === 'agrees')
      ours = expected + verdict.move
      offset = verdict.offset
    }
    assert.ok(Math.abs(offset - off - rate) < second, `${off}: ${offset - off}`)
    assert.ok(Math.abs(ours - start - hour - offset) < second)
  }
})

void test('after an hour without the database, at most half a second of the difference is corrected at once', () => {
  const verdict = judged({
    databaseMs: now + hour,
    from: now,
    to: now,
    sinceMs: hour,
    agreed: { offset: -hour, at: start, by: 'me' },
  })
  assert.ok(verdict.kind === 'agrees' && verdict.move <= second / 2, JSON.stringify(verdict))
})

void test('a start believes the database if nothing ran for longer than the clock was off, and never uses a moment twice', () => {
  const agreed = { offset: -3 * hour, at: start, by: 'another' }
  const may = 10 * second
  assert.equal(offsetAfterRest(start + minute, agreed, may), -3 * hour, 'a short rest')
  assert.equal(offsetAfterRest(start + 4 * hour, agreed, may), 0, 'a long one')
  for (const back of [minute, 2 * hour, 11 * day]) {
    const from = { ...agreed, offset: 0 }
    assert.equal(start - back + offsetAfterRest(start - back, from, may), start + may)
  }
  const ahead = { ...agreed, offset: 2 * hour }
  assert.equal(offsetAfterRest(start + hour, ahead, may), 2 * hour)
  assert.equal(offsetAfterRest(start + 3 * hour, ahead, may), 0)
})

void test('a clock reading that some process confirmed recently is used, unless the clock has jumped since', () => {
  const agreed = { offset: 0, at: start, by: 'another' }
  assert.ok(wasCheckedRecently(agreed, start + 10 * second, 15 * second))
  assert.ok(!wasCheckedRecently(agreed, start + hour, 15 * second))
  assert.ok(!wasCheckedRecently(agreed, start - hour, 15 * second))
})
