// Runs every test over compiled output. On a bare Debian or Ubuntu, as root, installs what the browser suites need.
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const quick = process.argv.includes('--quick')
execFileSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' })

const needsBrowser = 'browser'
const chromium = '/usr/bin/chromium'
if (!quick && !existsSync(chromium)) installChromium()

function installChromium() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return console.log('Skipped: browser suites need Chromium at /usr/bin/chromium.')
  console.log('Installing chromium for the browser suites (apt-get install chromium)…')
  spawnSync('apt-get', ['update', '-qq'], { stdio: 'inherit' })
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-noto-cjk'], { stdio: ['ignore', 'ignore', 'inherit'] })
}

const browser = !quick && existsSync(chromium)
if (process.env.CI === 'true' && !quick && !browser) {
  console.error('CI: the browser suites were skipped, which counts as a failure.')
  process.exit(1)
}
const suites = readdirSync(join(root, 'dist/test')).filter((name) => name !== 'support' && (browser || name !== needsBrowser))
const files = suites.flatMap((suite) => readdirSync(join(root, 'dist/test', suite), { recursive: true })
  .filter((name) => String(name).endsWith('.test.js')).map((name) => join(root, 'dist/test', suite, String(name))))
const result = spawnSync(process.execPath, ['--test', '--test-reporter=spec', '--test-timeout=120000', '--test-concurrency=4', '--enable-source-maps', ...files], { stdio: 'inherit' })
process.exit(result.status ?? 1)
