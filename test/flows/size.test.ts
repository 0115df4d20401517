// However much data there are, no statement of a job or a list may touch more rows, and no
// transaction may change more. The product's real statements are counted on special connections
// (support/size/counting.ts).
import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { jobs } from '../../src/actions/jobs/jobs.ts'
import { isCluster } from '../support/edition.ts'
import { isFull } from '../support/full.ts'
import { operationOf } from '../support/route-calls.ts'
import { beside, type Felt } from '../support/size/beside.ts'
import { openSized, type Sized } from '../support/size/company.ts'
import { grownOf, surprises } from '../support/size/compare.ts'
import {
  compileSteps,
  mysqlCounting,
  sqliteCounting,
  type OpenCounting,
} from '../support/size/counting.ts'
import { look, readingRoutes, type Looked } from '../support/size/look.ts'
import { jobPlaces, listPlaces, sizes } from '../support/size/places.ts'

/**
 * How many rows one transaction may change: jobs work in pieces of five hundred rows, and some more
 * are written together with each piece.
 */
const mostChanged = 600

void test('every job and every list is included in the measurement of touched rows', () => {
  assert.deepEqual(
    Object.keys(jobPlaces).sort(),
    jobs.map(({ name }) => name).sort(),
    'give the job a line in test/support/size/places.ts (jobPlaces)',
  )
  assert.deepEqual(
    Object.keys(listPlaces).sort(),
    readingRoutes.map(operationOf).sort(),
    'give the route a line in test/support/size/places.ts (listPlaces)',
  )
})

void test('with far more data, no statement of a job or list touches more rows, and no transaction changes more', async (t) => {
  const sized = await openHere(t)
  if (!sized) return
  await sized.growTo(sizes.small)
  const small = await look(sized, { narrowed: false, jobs: [] })
  await sized.growTo(sizes.large)
  const large = isFull ? await tellAll(t, sized) : await look(sized, { narrowed: false, jobs: [] })

  const { unknown, mended } = surprises(grownOf(small, large))
  assert.deepEqual(
    unknown,
    [],
    'it touches more where there is more: give it an index, or take it in pieces (src/actions/sift.ts)',
  )
  assert.deepEqual(
    mended,
    [],
    'it is bounded by now: take it off the list in test/support/size/compare.ts (unbounded)',
  )
  for (const [job, most] of [...small.changed, ...large.changed]) {
    assert.ok(most <= mostChanged, `${job}: ${most} rows a unit`)
  }
})

async function openHere(t: TestContext): Promise<Sized | null> {
  if (isCluster) return opened(t, mysqlCounting)
  const steps = compileSteps()
  if (!steps) {
    t.skip('the steps of SQLite are told to C alone: install a C compiler (apt-get install gcc)')
    return null
  }
  t.after(steps.remove)
  return opened(t, sqliteCounting(steps.file))
}

async function opened(t: TestContext, counting: OpenCounting): Promise<Sized> {
  const sized = await openSized(counting)
  t.after(() => sized.close())
  return sized
}

/**
 * At full size, measures how many rows the statements touch and how much other calls are delayed
 * meanwhile. Lists that would take minutes are left out, since their statements are the same as
 * those of other lists.
 */
async function tellAll(t: TestContext, sized: Sized): Promise<Looked> {
  await tellFelt(t, sized)
  const looked = await look(sized, { narrowed: true, jobs: ['queue-rank'] })
  tellTouched(t, looked)
  return looked
}

const cells = (all: (string | number)[]) => `| ${all.join(' | ')} |`
const ms = (value: number) => value.toFixed(value < 100 ? 1 : 0)

/**
 * Measures how work in the background delays others, with the product's own store, which does not
 * count rows.
 */
async function tellFelt(t: TestContext, { stage, store, facts }: Sized): Promise<void> {
  const { house } = stage
  t.diagnostic(
    cells(['job', 'ms', 'units', 'longest unit ms', 'loop p99 ms', 'loop max ms', 'push p99 ms']),
  )
  const tell = (name: string, felt: Felt) => {
    const { units, longestMs } = store.timed()
    t.diagnostic(
      cells([
        name,
        ms(felt.ms),
        units,
        ms(longestMs),
        ms(felt.loopP99),
        ms(felt.loopMax),
        ms(felt.pushP99),
      ]),
    )
    store.resetTimes()
  }
  store.resetTimes()
  tell('nothing', await beside(house, () => Promise.resolve()))
  for (const job of jobs) {
    await jobPlaces[job.name]?.(stage)
    store.resetTimes()
    tell(job.name, await beside(house, () => job.run(house.app.ports, facts.companyId)))
  }
  tell('nothing', await beside(house, () => Promise.resolve()))
}

function tellTouched(t: TestContext, { statements }: Looked): void {
  for (const [label, all] of statements) {
    const [most] = [...all].sort(([, a], [, b]) => b.touched - a.touched)
    if (most) t.diagnostic(cells([label, most[1].touched, most[0].slice(0, 80)]))
  }
}
