// A greeting once damaged every claimed session because no test had set one. So this test takes all
// settings from their schemas and runs a whole story under combinations of their values. In those
// of a run with --full each value of a setting occurs together with each value of every other.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import test from 'node:test'
import { z } from 'zod'
import { openHouse } from '../support/app.ts'
import { makeFolder } from '../support/folder.ts'
import { isFull } from '../support/full.ts'
import { countPairs, coverPairs, type Factor, type Picks } from '../support/pairs.ts'
import { openDraw, seedOf } from '../support/random.ts'
import { excluded, factorsOf, sources } from '../support/settings-places.ts'
import { openRow, type StoryClock, type Combination } from '../support/settings-row.ts'
import { tellStory } from '../support/settings-story.ts'

const seed = seedOf()
const draw = openDraw(seed)
const ofHouses = factorsOf('environment')
const factors = [
  ...ofHouses,
  ...(['company', 'account', 'person'] as const).flatMap((source) => factorsOf(source)),
]
const houses = coverPairs(ofHouses, { draw, excluded })
const all = coverPairs(factors, { draw, excluded, beginnings: houses })

/**
 * Combinations with the same environment use the same product one after the other, so that it is
 * started only a few times.
 */
function groups(rows: Picks[]): Picks[][] {
  const found = new Map<string, Picks[]>()
  for (const row of rows) {
    const key = row.slice(0, ofHouses.length).join()
    found.set(key, [...(found.get(key) ?? []), row])
  }
  return [...found.values()]
}
/**
 * Without --full only four combinations are run: two with each of the two environments that have
 * the most combinations.
 */
const few = groups(all)
  .toSorted((a, b) => b.length - a.length)
  .slice(0, 2)
  .flatMap((rows) => rows.slice(0, 2))
const rows = isFull ? all : few

const valueOf = (row: Picks, name: string): unknown => {
  const n = factors.findIndex((factor) => factor.name === name)
  return factors[n]?.choices[row[n] ?? 0]?.value
}
const givenTo = (row: Picks, source: string): Record<string, unknown> =>
  Object.fromEntries(
    factors
      .filter(({ name }) => name.startsWith(`${source}.`))
      .map(({ name }) => [name.slice(source.length + 1), valueOf(row, name)]),
  )
const inWords = (row: Picks) =>
  factors.map(({ name, choices }, n) => `${name} ${choices[row[n] ?? 0]?.label ?? ''}`).join(', ')

/**
 * The environment variables of a product that is started for the test; all values are text. If the
 * row sets a directory for media or a key, the product gets one of its own.
 */
function environmentOf(row: Picks, dir: string): Record<string, string> {
  const given = Object.entries(givenTo(row, 'environment')).filter(
    ([, value]) => value !== undefined,
  )
  return {
    ...Object.fromEntries(given.map(([name, value]) => [name, String(value)])),
    ...(valueOf(row, 'environment.MEDIA_DIR') !== undefined && {
      MEDIA_DIR: join(dir, 'elsewhere'),
    }),
    ...(valueOf(row, 'environment.SECRET_KEY') !== undefined && {
      SECRET_KEY: randomBytes(32).toString('hex'),
    }),
  }
}

/** How many pushes the story sends at once; WeChat tries each of them up to three times. */
const mostAtOnce = 10

for (const [n, some] of groups(rows).entries()) {
  void test(`the story of a company goes as its settings say, with ${some.length} combinations of them (house ${n + 1} of ${groups(rows).length}, seed ${seed})`, async (t) => {
    const dir = makeFolder('every-setting')
    const house = await openHouse({
      rules: false,
      withoutCron: true,
      dir,
      settings: environmentOf(some[0] ?? [], dir),
    })
    t.after(() => house.close())
    house.announce({
      logs: ['old pushes were refused: somebody sends kept ones again'],
      ...(house.config.WEBHOOK_MAX_IN_FLIGHT < mostAtOnce && {
        unserved: { most: 3 * mostAtOnce * some.length, why: 'the gate lets few in at once' },
      }),
    })
    const clock: StoryClock = { totalMs: 0 }
    for (const [n, row] of some.entries()) {
      await t.test(`the story goes as the settings say, with combination ${n + 1}`, async () => {
        const given = Object.fromEntries(
          ['company', 'account', 'person'].map((source) => [source, givenTo(row, source)]),
        ) as Combination
        await tellStory(await openRow(house, clock, given)).catch((error: unknown) => {
          throw new Error(`${String(error)}\nunder ${inWords(row)}`, { cause: error })
        })
      })
    }
  })
}

void test('every two values of two settings occur together in some combination, and each run draws a few of them', (t) => {
  const { all: pairs, met } = countPairs(factors, excluded, all)
  assert.equal(met, pairs)
  const now = countPairs(factors, excluded, rows)
  t.diagnostic(
    `seed ${seed}: ${factors.length} settings, ${pairs} pairs in ${all.length} rows and ${groups(all).length} houses; told now: ${rows.length} rows, ${now.met} pairs`,
  )
})

void test('a new setting that is not varied in the story is reported by name', () => {
  const { shape, places } = sources.company
  const more = (added: Factor['name'], schema: z.ZodType, place?: object) => () =>
    factorsOf('company', {
      shape: { ...shape, [added]: schema },
      places: { ...places, ...(place && { [added]: place }) },
    })
  const where = 'see test/support/settings-places\\.ts'
  assert.throws(more('newest', z.boolean()), new RegExp(`company\\.newest has no place.*${where}`))
  assert.throws(
    more('newest', z.string(), { own: true }),
    new RegExp(`company\\.newest: its schema does not tell.*${where}`),
  )
  const { greeting, ...others } = shape
  assert.ok(greeting)
  assert.throws(
    () => factorsOf('company', { shape: others, places }),
    new RegExp(`company\\.greeting is no setting any more.*${where}`),
  )
})
