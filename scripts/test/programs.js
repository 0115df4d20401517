// The programs that tests need besides node, and how to install them on a plain Debian or Ubuntu.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const needs = {
  mariadb: {
    programs: ['mariadbd', 'mariadb-install-db', 'mariadb'],
    packages: ['mariadb-server', 'mariadb-client'],
    units: ['mariadb'],
  },
  // No program is listed for Sentinel, because redis-server can run as one.
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
export const servers = ['mariadb', 'redis', 'nginx']
export const suiteNeeds = {
  services: servers,
  contract: servers,
  cluster: servers,
  browser: ['chromium'],
  packing: ['the npm registry'],
}

const paths = [
  ...new Set([
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/bin',
    '/usr/local/bin',
  ]),
]
process.env.PATH = paths.join(delimiter)

const isProgram = (program) =>
  program.startsWith('/')
    ? existsSync(program)
    : paths.some((path) => existsSync(join(path, program)))

export const isThere = (name) =>
  needs[name].programs.every(isProgram) && (needs[name].found ??= needs[name].answers?.() ?? true)

/**
 * Installs the missing programs that tests need, if it may (as root, with apt-get), and returns the
 * suites that cannot run nevertheless.
 */
export function prepare(suites) {
  const needed = [...new Set(suites.flatMap((suite) => suiteNeeds[suite] ?? []))].filter(
    (name) => needs[name].packages.length > 0 && !isThere(name),
  )
  if (needed.length > 0 && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    install(needed)
  }
  const skipped = suites.filter((suite) => suiteNeeds[suite]?.some((name) => !isThere(name)))
  for (const suite of skipped) {
    const lacking = suiteNeeds[suite].filter((name) => !isThere(name))
    const packages = lacking.flatMap((name) => needs[name].packages)
    const remedy =
      packages.length > 0 ? ` On Debian or Ubuntu: apt-get install ${packages.join(' ')}` : ''
    console.log(`Skipped: test/${suite} needs ${lacking.join(', ')}.${remedy}`)
  }
  return skipped
}

/**
 * The packages contain system services. Tests start their own servers, so these are not started now
 * nor at the next boot.
 */
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

// If this file is run as a program, it prepares what all suites need.
if (process.argv[1] === import.meta.filename) prepare(Object.keys(suiteNeeds))
