// Runs every test over compiled output. On a bare Debian or Ubuntu, as root, installs the servers and the browser that suites need.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const [quick, full] = ['--quick', '--full'].map((flag) => process.argv.includes(flag))

const needs = {
  mariadb: {
    programs: ['mariadbd', 'mariadb-install-db', 'mariadb'],
    packages: ['mariadb-server', 'mariadb-client'],
    units: ['mariadb'],
  },
  // redis-server is its own sentinel
  redis: {
    programs: ['redis-server', 'redis-cli'],
    packages: ['redis-server', 'redis-tools'],
    units: ['redis-server'],
  },
  nginx: { programs: ['nginx'], packages: ['nginx'], units: ['nginx'] },
  chromium: {
    programs: ['/usr/bin/chromium'],
    packages: ['chromium', 'fonts-noto-cjk'],
    units: [],
  },
  'the npm registry': {
    programs: [],
    packages: [],
    units: [],
    answers: () => spawnSync('npm', ['view', 'xml2js', 'version']).status === 0,
  },
}
const servers = ['mariadb', 'redis', 'nginx']
const suiteNeeds = {
  services: servers,
  contract: servers,
  cluster: servers,
  browser: ['chromium'],
  packing: ['the npm registry'],
}

const paths = [
  ...(process.env.PATH ?? '').split(delimiter),
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/bin',
]
process.env.PATH = [...new Set(paths)].join(delimiter)
const isProgram = (program) =>
  program.startsWith('/')
    ? existsSync(program)
    : paths.some((path) => existsSync(join(path, program)))
const isThere = (name) =>
  needs[name].programs.every(isProgram) && (needs[name].found ??= needs[name].answers?.() ?? true)

execFileSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' })
const built = readdirSync(join(root, 'dist/test')).filter((name) => name !== 'support')
const wanted = built.filter((name) => !quick || !(name in suiteNeeds))
const needed = [...new Set(wanted.flatMap((suite) => suiteNeeds[suite] ?? []))].filter(
  (name) => needs[name].packages.length > 0 && !isThere(name),
)
if (needed.length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) install(needed)

const skipped = wanted.filter((suite) => suiteNeeds[suite]?.some((name) => !isThere(name)))
for (const suite of skipped) {
  const lacking = suiteNeeds[suite].filter((name) => !isThere(name))
  const packages = lacking.flatMap((name) => needs[name].packages)
  console.log(
    `Skipped: test/${suite} needs ${lacking.join(', ')}.${packages.length > 0 ? ` On Debian or Ubuntu: apt-get install ${packages.join(' ')}` : ''}`,
  )
}
if (process.env.CI === 'true' && skipped.length > 0) {
  console.error('CI: a skipped suite counts as a failure.')
  process.exit(1)
}

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
const limit = full ? 1800_000 : 400_000

const runSuites = (suites, { files, ...env } = { files: 3 }) =>
  spawnSync(
    process.execPath,
    [
      '--test',
      '--test-reporter=spec',
      `--test-timeout=${limit}`,
      `--test-concurrency=${files}`,
      '--enable-source-maps',
      ...filesOf(suites),
    ],
    { stdio: 'inherit', env: { ...process.env, ...(full && { KEFU_FULL: '1' }), ...env } },
  ).status ?? 1

let status = runSuites(wanted.filter((suite) => suite !== 'cluster' && !skipped.includes(suite)))
if (!quick && servers.every(isThere)) {
  status ||= await runOnCluster([
    'cluster',
    'flows',
    'api',
    'store/samples.test.js',
    'store/last.test.js',
    'store/journeys.test.js',
    'house/schema.test.js',
    'house/lock-order.test.js',
  ])
}
process.exit(status)

/** The same suites once more: two processes on MariaDB and Redis behind nginx. */
async function runOnCluster(suites) {
  const { startMariadb } = await import('../dist/scripts/services/mariadb.js')
  const { startRedis } = await import('../dist/scripts/services/redis.js')
  const services = await Promise.all([startMariadb(), startRedis()])
  const [mariadb, redis] = services.map(({ url }) => url)
  console.log('\nThe cluster edition: two processes, MariaDB, Redis, nginx')
  // each file has three processes of its own
  const code = runSuites(suites, {
    files: 2,
    KEFU_TEST_EDITION: 'cluster',
    KEFU_TEST_MARIADB: mariadb,
    KEFU_TEST_REDIS: redis,
  })
  for (const service of services) await service.stop()
  return code
}

/** The packages bring system services with them; the tests start their own, so these are neither started now nor at the next boot. */
function install(names) {
  const packages = names.flatMap((name) => needs[name].packages)
  console.log(`Installing what the suites need: apt-get install ${packages.join(' ')}`)
  const isUnit = (unit) =>
    ['/lib', '/usr/lib', '/etc'].some((path) =>
      existsSync(join(path, 'systemd/system', `${unit}.service`)),
    )
  const newUnits = names.flatMap((name) => needs[name].units).filter((unit) => !isUnit(unit))
  const policy = '/usr/sbin/policy-rc.d'
  const apt = (args) =>
    spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    })
  const forbidden = !existsSync(policy)
  if (forbidden) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    const get = ['install', '-y', '-qq', '--no-install-recommends', ...packages]
    if (apt(get).status !== 0) {
      apt(['update', '-qq'])
      apt(get)
    }
  } finally {
    if (forbidden) rmSync(policy)
  }
  if (newUnits.length > 0 && existsSync('/run/systemd/system')) {
    spawnSync('systemctl', ['disable', '--now', '--quiet', ...newUnits], { stdio: 'ignore' })
  }
}
