// Several processes share a database whose clock jumps. Each simulated process has its own
// monotonic clock, which the test moves.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test from 'node:test'
import { silentLog } from '../../src/log.ts'
import { openMetrics } from '../../src/metrics.ts'
import { believeDatabase, clockOff, openTime } from '../../src/time-source.ts'
import { openTestStore } from '../support/store.ts'

type Ends = { after: (end: () => unknown) => void }
type Told = { text: string; facts: object }
type Process = Awaited<ReturnType<typeof openTime>> & {
  metrics: ReturnType<typeof openMetrics>
  told: Told[]
  /**
   * Whether the machine stands still: `paused` time counts in no clock, `asleep` time only in the
   * machine's uptime.
   */
  stopped: 'no' | 'paused' | 'asleep'
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const start = Date.UTC(2026, 0, 1)

async function world(t: Ends) {
  const { store: opened, close } = await openTestStore()
  let passed = 0
  let jumped = 0
  const living = new Set<Process>()
  const metricsOf: ReturnType<typeof openMetrics>[] = []
  const machines = new Map<object, { missed: number; slept: number }>()
  const store = { ...opened, databaseMs: () => Promise.resolve(start + passed + jumped) }
  t.after(async () => {
    for (const one of living) await one.close()
    for (const one of metricsOf) one.close()
    await close()
  })

  /** Lets time pass second by second, while each process checks the clock as often as it wants. */
  const pass = async (ms: number, step = second) => {
    for (let left = ms; left > 0; left -= step) {
      passed += step
      for (const one of living) {
        const machine = machines.get(one)
        if (machine && one.stopped !== 'no') machine.missed += step
        if (machine && one.stopped === 'asleep') machine.slept += step
        if (one.stopped === 'no' && (passed / step) % 5 === 0) await one.look()
      }
    }
  }
  const open = async ({
    alone = false,
    clockUrl,
  }: { alone?: boolean; clockUrl?: string } = {}): Promise<Process> => {
    const machine = { missed: 0, slept: 0 }
    const told: Told[] = []
    const metrics = openMetrics()
    metricsOf.push(metrics)
    const time = await openTime({
      store,
      metrics,
      clockUrl,
      alone,
      log: { ...silentLog, warn: (facts, text) => told.push({ facts, text }) },
      machine: {
        mono: () => passed - machine.missed,
        uptimeMs: () => passed - machine.missed + machine.slept,
        rest: (ms) => pass(ms),
      },
    })
    const one: Process = { ...time, told, metrics, stopped: 'no' }
    machines.set(one, machine)
    living.add(one)
    return one
  }
  const end = async (...processes: Process[]) => {
    for (const one of processes) {
      living.delete(one)
      await one.close()
    }
  }
  return {
    store,
    open,
    end,
    pass,
    jump: (ms: number) => {
      jumped += ms
    },
    /** Lets the clock jump as soon as it has been read once more. */
    jumpAfterNextRead: (ms: number) => {
      const { databaseMs } = store
      store.databaseMs = () => {
        const read = databaseMs()
        jumped += ms
        store.databaseMs = databaseMs
        return read
      }
    },
    /** How much real time has passed since the beginning of the test. */
    passed: () => passed,
  }
}
type World = Awaited<ReturnType<typeof world>>

const near = (off: number, within: number, why: string) => {
  assert.ok(Math.abs(off) <= within, `${why}: ${off} ms off`)
}
/** How much time has passed since the beginning, according to a process. */
const elapsed = (one: Process) => one.clock.now() - start
const unmoved = (places: World, processes: Process[], why: string) => {
  for (const one of processes) near(elapsed(one) - places.passed(), 2 * second, why)
}

void test("when the database's clock jumps, two processes continue with unchanged time, and one of them reports it", async (t) => {
  for (const jump of [3 * hour, 11 * day, -2 * hour, 30 * second]) {
    await t.test(
      `when the database's clock jumps by ${jump / minute} minutes, two processes continue with unchanged time`,
      async (inner) => {
        const places = await world(inner)
        const both = [await places.open(), await places.open()]
        await places.pass(10 * second)
        places.jump(jump)
        for (let n = 0; n < 4; n += 1) {
          const before = both.map(elapsed)
          await places.pass(5 * second)
          unmoved(places, both, 'time goes on')
          both.forEach((one, at) => {
            assert.ok(elapsed(one) > before[at]!, 'and does not stand still')
          })
        }
        const told = both.flatMap((one) => one.told)
        assert.deepEqual(
          told.map(({ text }) => text),
          ["the database's clock has jumped: our time goes on without it"],
        )
        const third = await places.open()
        unmoved(places, [third], 'who starts then has the same time')
        assert.ok(Math.abs((await clockOff(places.store)) + jump) < 2 * second)
        const metrics = await both[0]!.metrics.registry.metrics()
        const off = Number(/^kefu_clock_off_seconds (\S+)$/m.exec(metrics)?.[1])
        near(off * 1000 + jump, 3 * second, 'the metric tells it')
      },
    )
  }
})

void test('a process that starts while a jump is not yet decided waits for the running processes', async (t) => {
  const places = await world(t)
  const first = await places.open()
  await places.pass(minute)
  places.jump(3 * hour)
  const second_ = await places.open()
  unmoved(places, [first, second_], 'both')
  await places.pass(minute)
  unmoved(places, [first, second_], 'both go on')
})

type JumpsTwice = { first: number; later: number; again: number; apart: number }

/**
 * Runs two processes, each of which reads the clock during some of the seconds in which a jump of
 * the database's clock is in doubt.
 */
async function jumpTwice(t: Ends, { first, later, again, apart }: JumpsTwice): Promise<void> {
  const places = await world(t)
  const [one, other] = [await places.open(), await places.open()]
  await places.pass(20 * second)
  places.jump(first)
  for (let at = 0; at < 60; at += 1) {
    if (at * second === later) places.jump(again)
    await places.pass(second)
    await (at % 4 < apart ? one : other).look()
    const why = `${first / second} s, and then ${again / second} s`
    near(elapsed(one) - places.passed(), 6 * second, why)
    near(elapsed(other) - places.passed(), 6 * second, why)
  }
}

void test("a process keeps the time of the others even if the database's clock jumps while it starts", async (t) => {
  for (const ms of [3 * hour, -3 * hour]) {
    const { open, pass, jumpAfterNextRead } = await world(t)
    const running = await open()
    await pass(minute)
    jumpAfterNextRead(ms)
    const started = await open()
    assert.ok(
      Math.abs(started.clock.now() - running.clock.now()) <= 2 * second,
      `off by ${started.clock.now() - running.clock.now()} ms after a jump by ${ms} ms`,
    )
  }
})

void test("two processes continue with unchanged time if the database's clock jumps again while the first jump is still in doubt", async (t) => {
  for (const apart of [1, 3]) {
    await jumpTwice(t, { first: -30 * second, later: 5 * second, again: hour, apart })
    await jumpTwice(t, { first: 30 * second, later: 9 * second, again: hour, apart })
    await jumpTwice(t, { first: -9 * second, later: 20 * second, again: -9 * second, apart })
  }
})

void test('a process whose machine was paused takes over the time of the others', async (t) => {
  const places = await world(t)
  const [one, other] = [await places.open(), await places.open()]
  await places.pass(minute)
  one.stopped = 'paused'
  await places.pass(hour)
  one.stopped = 'no'
  await places.pass(20 * second)
  near(elapsed(one) - elapsed(other), second, 'they agree')
  near(elapsed(other) - places.passed(), second, 'and nothing has moved the other')
  assert.equal(other.told.length, 0)
  assert.equal(await clockOff(places.store), 0)
})

void test('time during which a machine slept counts as passed, even for a process that runs alone', async (t) => {
  const places = await world(t)
  const one = await places.open({ alone: true })
  await places.pass(minute)
  one.stopped = 'asleep'
  await places.pass(hour)
  one.stopped = 'no'
  await places.pass(10 * second)
  near(elapsed(one) - places.passed(), second, 'an hour has passed')
  assert.equal(one.told.length, 0)
})

void test('after all processes restart, time is never behind what was used before, and continues at once', async (t) => {
  for (const back of [20 * second, 2 * hour, 11 * day]) {
    const places = await world(t)
    const before = await places.open({ alone: true })
    await places.pass(minute)
    const given = before.clock.now()
    await places.end(before)
    places.jump(-back)
    await places.pass(5 * second)
    const after = await places.open({ alone: true })
    const first = after.clock.now()
    assert.ok(first > given, `${back}: ${first - given}`)
    near(first - given, 15 * second, 'nor far ahead of it')
    await places.pass(minute)
    near(after.clock.now() - first - minute, 8 * second, 'it does not stand still')
  }
})

void test("a restart soon after a jump keeps the product's time; after a rest longer than the jump the database is believed", async (t) => {
  const places = await world(t)
  const first = await places.open({ alone: true })
  await places.pass(minute)
  places.jump(3 * hour)
  await places.pass(minute)
  await places.end(first)
  await places.pass(minute)
  const second_ = await places.open({ alone: true })
  unmoved(places, [second_], 'a minute later')
  await places.end(second_)
  await places.pass(4 * hour, minute)
  const third = await places.open({ alone: true })
  near(elapsed(third) - places.passed() - 3 * hour, second, 'four hours later')
})

void test("when all processes start after a long rest, they believe the database's clock", async (t) => {
  const places = await world(t)
  const first = await places.open()
  await places.pass(minute)
  await places.end(first)
  await places.pass(30 * day, hour)
  const both = [await places.open(), await places.open()]
  unmoved(places, both, 'both')
})

void test("after a jump, the product's time approaches the database's by a minute per hour when behind and by six when ahead", async (t) => {
  for (const [jump, hours] of [
    [2 * minute, 2],
    [-12 * minute, 2],
  ] as const) {
    const places = await world(t)
    const both = [await places.open(), await places.open()]
    await places.pass(minute)
    places.jump(jump)
    await places.pass(minute)
    for (let n = 0; n < hours + 1; n += 1) {
      const before = both.map(elapsed)
      await places.pass(hour, 5 * second)
      both.forEach((one, at) => {
        const rate = (elapsed(one) - before[at]!) / hour
        assert.ok(rate >= 0.89 && rate <= 1.018, `it never jumps: ${rate}`)
      })
    }
    for (const one of both) {
      near(elapsed(one) - places.passed() - jump, 2 * second, `${jump} after ${hours} hours`)
    }
  }
})

void test("a jump of the database's clock that is undone within seconds never affects the product's time", async (t) => {
  const places = await world(t)
  const one = await places.open()
  await places.pass(minute)
  for (let n = 0; n < 5; n += 1) {
    places.jump(10 * minute)
    await places.pass(5 * second)
    places.jump(-10 * minute)
    await places.pass(10 * second)
    unmoved(places, [one], `time ${n}`)
  }
  assert.equal(one.told.length, 0)
})

void test("the operator can make the product use the database's time at once while nothing is running", async (t) => {
  const places = await world(t)
  const one = await places.open()
  await places.pass(minute)
  places.jump(11 * day)
  await places.pass(minute)
  const machine = {
    mono: places.passed,
    uptimeMs: places.passed,
    rest: (ms: number) => places.pass(ms),
  }
  const believe = () => believeDatabase({ store: places.store, alone: false, machine })
  await assert.rejects(believe(), /runs/)
  unmoved(places, [one], 'what runs is left alone')
  await places.end(one)
  await places.pass(minute)
  const done = await believe()
  near(done.wasOffMs + 11 * day, 5 * second, 'it says what was')
  near(elapsed(await places.open()) - places.passed() - 11 * day, second, 'the next start')
})

void test('a clock that was moved while no process ran is known to the next process before it does anything', async (t) => {
  const places = await world(t)
  let advanceMs = 0
  const server = createServer((_request, response) => {
    response.end(JSON.stringify({ advanceMs }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  const clockUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  await places.end(await places.open({ clockUrl }))
  advanceMs = 30 * minute
  const next = await places.open({ clockUrl })
  near(elapsed(next) - places.passed() - advanceMs, minute, 'it knows the move')
})
