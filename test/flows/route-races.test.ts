// Two routes that write the same rows, or one route twice, are called at the same moment. The pairs
// come from the list of routes, so that new routes are included. In the cluster edition the two
// calls go to two processes, with the database 2 ms away.
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { routes } from '../../src/http/routes.ts'
import { openHouse, type House } from '../support/app.ts'
import { isCluster, openEdition } from '../support/edition.ts'
import { isFull, times } from '../support/full.ts'
import type { RaceAct } from '../support/race-act.ts'
import { actsOf, isJob } from '../support/race-acts.ts'
import { openRaceClock, openRaceStage, type RaceStage } from '../support/race-stage.ts'
import { run, type Race, type RaceTally } from '../support/races.ts'
import { isSeeded, openDraw, seedOf, type Draw } from '../support/random.ts'
import { writes } from '../support/route-calls.ts'
import { openTcpProxy } from '../support/tcp-proxy.ts'

/**
 * A fixed seed, so that every run draws the same races; a full run, or KEFU_SEED, uses another one.
 */
const seed = isFull || isSeeded ? seedOf() : 870_296_414
/** How many pairs of calls are raced: all in a full run, otherwise sixty of them. */
const most = times(60, Infinity)
const atOnce = times(4, 6)
const delayMs = 2

async function openFarHouse(t: TestContext): Promise<House> {
  const far = isCluster ? await openEdition() : null
  const proxy = far && (await openTcpProxy(far.settings['DATABASE_URL'] ?? '', { delayMs }))
  const house = await openHouse({
    rules: false,
    withoutCron: true,
    settings: {
      LOGIN_IDLE_HOURS: '100000',
      LOGIN_MAX_DAYS: '10000',
      ...(far && { SECRET_KEY: far.settings['SECRET_KEY'] ?? '' }),
      ...(proxy && { DATABASE_URL: proxy.url }),
    },
  })
  t.after(async () => {
    await house.close()
    await proxy?.close()
    await far?.close()
  })
  return house
}

const touchTheSame = (one: RaceAct, other: RaceAct) =>
  one.kinds.some((kind) => other.kinds.includes(kind)) &&
  !(isJob(one) && isJob(other) && one !== other)

function pairsOf(acts: RaceAct[]): [RaceAct, RaceAct][] {
  return acts.flatMap((one, at) =>
    acts
      .slice(at)
      .filter((other) => touchTheSame(one, other))
      .map((other): [RaceAct, RaceAct] => [one, other]),
  )
}

function* racesOf(pairs: [RaceAct, RaceAct][], draw: Draw): Generator<Race> {
  const order = pairs.map((acts) => ({ acts, by: draw.below(2 ** 30) }))
  for (const { acts } of order.sort((a, b) => a.by - b.by)) {
    const states = acts.flatMap(({ from }) => from ?? [])
    yield {
      acts,
      state: states.length > 0 ? draw.one(states) : 'active',
      seed: draw.below(2 ** 31),
      laterMs: draw.one([0, 0, 0, 1, 2, 4, 8]),
      swapped: draw.below(2) === 0,
    }
  }
}

/**
 * Whether the clock is moved by days for this race. Such races run last, because this closes the
 * reply windows in all other races.
 */
const waitsDays = ({ acts, state }: Race) =>
  state === 'reclaimed' || acts.some(({ name }) => name === 'job reclaim')

void test(`two calls made at the same moment never lose each other's effect, whichever routes they are (seed ${seed})`, async (t) => {
  const house = await openFarHouse(t)
  house.announce({ logs: ['a reply did not simply arrive'] })
  const { items } = (await house.admin.call('GET', '/api/admin/jobs')).body
  const jobs = (items as { name: string }[]).map(({ name }) => name)
  const acts = actsOf(routes.filter(writes), jobs)
  const pairs = pairsOf(acts)
  const races = [...racesOf(pairs, openDraw(seed))].slice(0, most)
  const clock = openRaceClock(house)
  const stages = await Promise.all(
    Array.from({ length: atOnce }, () => openRaceStage(house, clock)),
  )
  const tally: RaceTally = { done: 0, refused: 0, both: 0 }
  const faults: string[] = []
  const inTurn = async (some: Race[], on: RaceStage[]) => {
    const left = some.values()
    await Promise.all(
      on.map(async (stage) => {
        for (const race of left) faults.push(...(await run(stage, race, tally)))
      }),
    )
  }
  const began = performance.now()
  await inTurn(
    races.filter((race) => !waitsDays(race)),
    stages,
  )
  await inTurn(races.filter(waitsDays), stages.slice(0, 2))

  const seconds = Math.round((performance.now() - began) / 1000)
  t.diagnostic(
    `seed ${seed}: ${races.length} races of ${pairs.length} pairs of ${acts.length} ways in ${seconds} s:` +
      ` ${tally.done} calls done, ${tally.refused} refused, ${tally.both} times both done`,
  )
  assert.deepEqual(faults, [])
  assert.ok(tally.both >= races.length / 5, 'two calls that are both refused prove nothing')
})
