// Runs all tests on compiled output. On a plain Debian or Ubuntu, as root, it also installs the
// servers and the browser that the tests need.
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { mayShare } from './groups.js'
import { useMemoryDisk } from './memory-disk.js'
import { runOnOtherNodes } from './other-nodes.js'
import { isThere, prepare, servers, suiteNeeds } from './programs.js'
import { judgeRuns, runFiles } from './run.js'

const root = new URL('../..', import.meta.url).pathname
const [quick, full] = ['--quick', '--full'].map((flag) => process.argv.includes(flag))
/** What is tested before a commit: much in little time, without servers and browser. */
const quickly = ['api', 'faults', 'flows', 'house', 'rules', 'simulator', 'store', 'wechat']
/** Files of these suites that are left to `npm test`, because they wait or work for long. */
const long = [
  'faults/crash',
  'faults/held-disk',
  'faults/wire',
  'flows/at-once',
  'flows/broken-account',
  'flows/every-setting',
  'flows/full-disk',
  'flows/killed-jobs',
  'flows/killed-leavers',
  'flows/killed-starts',
  'flows/killed-upgrades',
  'flows/leases',
  'flows/pushes',
  'flows/random-operations',
  'flows/route-races',
  'flows/size',
  'flows/slow-account',
  'flows/soak',
  'flows/third-party',
  'flows/verb-races',
  'flows/wav',
].map((name) => join(root, 'dist/test', `${name}.test.js`))
const onCluster = [
  'cluster',
  'flows',
  'api',
  'store/samples.test.js',
  'store/last.test.js',
  'store/journeys.test.js',
  'house/schema.test.js',
  'house/lock-order.test.js',
]

execFileSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' })
const built = readdirSync(join(root, 'dist/test')).filter((name) => name !== 'support')
const wanted = quick ? quickly : built
const skipped = prepare(wanted)
if (process.env.CI === 'true' && skipped.length > 0) {
  console.error('CI: a skipped suite counts as a failure.')
  process.exit(1)
}

if (!full) useMemoryDisk()

const filesOf = (suites) =>
  suites
    .flatMap((suite) =>
      suite.endsWith('.js')
        ? [suite]
        : readdirSync(join(root, 'dist/test', suite), { recursive: true })
            .filter((name) => String(name).endsWith('.test.js'))
            .map((name) => join(suite, String(name))),
    )
    .map((name) => join(root, 'dist/test', name))
const how = {
  files: 3,
  together: mayShare,
  limitMs: full ? 2700_000 : 600_000,
  env: full ? { KEFU_FULL: '1' } : await schemaOnce(),
}

const embedded = wanted.filter((suite) => suite !== 'cluster' && !skipped.includes(suite))
const files = filesOf(embedded).filter((path) => !quick || !long.includes(path))
const runs = [runFiles(files, how)]
const holds = () => runs.every(({ failed }) => failed.length === 0)
if (!quick && servers.every(isThere) && holds()) runs.push(await runOnCluster())
if (full && holds()) {
  const plain = filesOf(embedded.filter((suite) => !(suite in suiteNeeds)))
  // Here tests have their default number of repetitions and not that of `--full`: this is only
  // about the version of Node, and the full number has been run before.
  runs.push(...runOnOtherNodes(root, plain, { ...how, env: {} }))
}
process.exit(judgeRuns(runs))

/**
 * Lets the migrations make the schema once, and tells tests where products under test find it. With
 * `--full` each of them is migrated by itself.
 */
async function schemaOnce(mariadb) {
  const { migrateOnce } = await import('../../dist/test/support/migrated.js')
  return { KEFU_TEST_SCHEMA: await migrateOnce(mariadb) }
}

/**
 * Runs the suites of the cluster edition, and once more those that use the product from outside:
 * with two processes on MariaDB and Redis behind nginx.
 */
async function runOnCluster() {
  const { startMariadb } = await import('../../dist/scripts/services/mariadb.js')
  const { startRedis } = await import('../../dist/scripts/services/redis.js')
  const services = await Promise.all([startMariadb(), startRedis()])
  const [mariadb, redis] = services
  console.log('\nThe cluster edition: two processes, MariaDB, Redis, nginx')
  try {
    return runFiles(filesOf(onCluster), {
      ...how,
      // Only two files run at the same time, because each of them starts three processes.
      files: 2,
      env: {
        ...how.env,
        ...(!full && (await schemaOnce(mariadb))),
        KEFU_TEST_EDITION: 'cluster',
        KEFU_TEST_MARIADB: mariadb.url,
        KEFU_TEST_REDIS: redis.url,
      },
    })
  } finally {
    for (const service of services) await service.stop()
  }
}
