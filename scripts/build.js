// Compiles packages, product, scripts and tests, and builds the console, each of the two only if a
// source is newer than its last build. With `--types` it checks all types and does not build the
// console.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname

function run(script, ...args) {
  refuseUninstalled()
  execFileSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
  })
}

/**
 * Ends the build with advice if a package is not installed, as after an upgrade. The compiler would
 * report it in a confusing way.
 */
function refuseUninstalled() {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const missing = Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !existsSync(join(root, 'node_modules', name)),
  )
  if (missing.length === 0) return
  process.stderr.write(`Not installed: ${missing.join(', ')}. Please run \`npm install\`.\n`)
  process.exit(1)
}

function newest(path) {
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  const inside = readdirSync(path).filter((name) => name !== 'dist' && name !== 'node_modules')
  return Math.max(stat.mtimeMs, ...inside.map((name) => newest(join(path, name))))
}

function buildIfNewer(stamp, sources, build) {
  const built = existsSync(join(root, stamp)) ? statSync(join(root, stamp)).mtimeMs : 0
  if (sources.some((source) => newest(join(root, source)) > built)) {
    build()
    writeFileSync(join(root, stamp), '')
  }
}

const typesOnly = process.argv.includes('--types')
const code = [
  'src',
  'entities',
  'rules',
  'scripts',
  'test',
  'packages',
  'tsconfig.json',
  'package.json',
]
buildIfNewer(
  'dist/.built',
  code.filter((path) => existsSync(join(root, path))),
  () => run('typescript/bin/tsc', '-b'),
)
if (typesOnly) run('vue-tsc/bin/vue-tsc.js', '--noEmit', '-p', 'console')
else {
  buildIfNewer('console/dist/.built', ['console', 'package.json'], () =>
    run('vite/bin/vite.js', 'build', 'console', '--logLevel', 'warn'),
  )
}
