// npm run planted [-- NAME or EDITION …]: plants each fault in a copy of the project and runs the
// tests that must detect it. Before that, these tests run without any fault: one that fails then
// proves nothing.
import { resolve } from 'node:path'
import type { Edition } from '../services/editions.ts'
import { startMariadb } from '../services/mariadb.ts'
import { startRedis } from '../services/redis.ts'
import { editionOf, readTest, type Fault } from './fault.ts'
import { faults } from './faults/index.ts'
import { isOf, judge, type Verdict } from './judge.ts'
import { runTests } from './run-tests.ts'
import { openTree } from './tree.ts'

const root = resolve(import.meta.dirname, '../../..')
const treesAtOnce = 3
const limitMs = 300_000
/** The time limit for faults that make something hang. */
const shortMs = 40_000

const wanted = process.argv.slice(2).filter((one) => !one.startsWith('--'))
const unknown = wanted.filter(
  (one) => !faults.some((fault) => [fault.name, editionOf(fault)].includes(one)),
)
if (unknown.length > 0) throw new Error(`There is no fault ${unknown.join(', ')}.`)
const chosen = faults.filter(
  (fault) =>
    wanted.length === 0 || wanted.some((one) => [fault.name, editionOf(fault)].includes(one)),
)

const onCluster = chosen.filter((fault) => editionOf(fault) === 'cluster')
const services =
  onCluster.length > 0 ? await Promise.all([startMariadb(), startRedis()]) : ([] as const)
const [mariadb, redis] = services
const envOf = {
  embedded: {},
  cluster: {
    KEFU_TEST_EDITION: 'cluster',
    KEFU_TEST_MARIADB: mariadb?.url ?? '',
    KEFU_TEST_REDIS: redis?.url ?? '',
  },
}
const trees = Array.from({ length: Math.min(treesAtOnce, chosen.length) }, () => openTree(root))
// Deletes the copies of the project when this process exits, even if it is interrupted.
process.once('exit', () => {
  for (const tree of trees) tree.close()
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
let all = false
try {
  all = await plantAll(await control())
} finally {
  for (const service of services) await service.stop()
}
process.exit(all ? 0 : 1)

/**
 * Runs the tests without any fault and returns those that fail. They prove nothing about a fault.
 */
async function control(): Promise<Set<string>> {
  const broken: string[] = []
  for (const edition of ['embedded', 'cluster'] as const) {
    const some = chosen.filter((fault) => editionOf(fault) === edition)
    const tests = [...new Set(some.flatMap(({ caughtBy }) => caughtBy))]
    if (tests.length > 0) broken.push(...(await failing(tests, edition)))
  }
  return new Set(broken)
}

/**
 * Returns the tests that fail. As in `npm test`, a failing test is repeated once on its own and may
 * pass then.
 */
async function failing(tests: string[], edition: Edition): Promise<string[]> {
  const [tree] = trees
  if (!tree) return []
  const run = async (some: string[], files: number) => {
    const how = { env: envOf[edition], limitMs, files }
    const { ended } = await runTests(tree.dir, some.map(readTest), how)
    return some.filter((one) => {
      const own = ended.filter(isOf(readTest(one)))
      for (const { name, why, passed } of own) if (!passed) console.log(`failed: ${name}\n${why}`)
      return own.length === 0 || own.some(({ passed }) => !passed)
    })
  }
  const first = await run(tests, 2)
  const again = first.length > 0 ? await run(first, 1) : []
  console.log(
    `Without a fault, ${edition}: ${tests.length - again.length} of ${tests.length} tests pass` +
      (first.length > again.length ? `, ${first.length - again.length} at the second try` : ''),
  )
  return again
}

async function plantAll(broken: Set<string>): Promise<boolean> {
  console.log('\n| fault | edition | caught by | s |\n|---|---|---|---|')
  const isProof = ({ caughtBy }: Fault) => !caughtBy.some((one) => broken.has(one))
  const queue = chosen.filter(isProof)
  const lived = chosen
    .filter((fault) => !isProof(fault))
    .map(({ name }) => `${name}: its tests fail without it`)
  await Promise.all(
    trees.map(async (tree) => {
      for (let fault = queue.shift(); fault; fault = queue.shift()) {
        const verdict = await plantOne(tree, fault)
        console.log(row(fault, verdict))
        if (!verdict.caught) lived.push(`${fault.name}: ${verdict.why}`)
      }
    }),
  )
  console.log(`\n${chosen.length - lived.length} of ${chosen.length} faults are caught.`)
  for (const one of lived) console.log(`\nnot caught: ${one}`)
  return lived.length === 0
}

async function plantOne(tree: (typeof trees)[number], fault: Fault): Promise<Verdict> {
  const takeOut = tree.plant(fault)
  try {
    const limit = fault.shows === 'nothing ends' ? shortMs : limitMs
    const how = { env: envOf[editionOf(fault)], limitMs: limit, files: 1 }
    return judge(fault, await runTests(tree.dir, fault.caughtBy.map(readTest), how))
  } finally {
    takeOut()
  }
}

function row(fault: Fault, { caught, by, seconds }: Verdict): string {
  const told = caught ? by.join('<br>') : '**not caught**'
  return `| ${fault.name} | ${editionOf(fault)} | ${told} | ${Math.round(seconds)} |`
}
