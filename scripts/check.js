// npm run check: everything that must pass before a change is merged. Two scripts run at a time; lint
// and arch wait for the types, because they read the build. `--quick`
// checks what must pass before a commit, `--before-tests` everything that needs only the source.
import { spawn, spawnSync } from 'node:child_process'

/**
 * Prints the output of a script when it has ended, because the output of parallel scripts would be
 * mixed.
 */
function runScript(name) {
  const began = Date.now()
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece) => (said += piece))
  }
  return new Promise((resolve) => {
    child.once('close', (code) => {
      const seconds = Math.round((Date.now() - began) / 1000)
      console.log(`${said}${code === 0 ? '✔' : '✘'} ${name} (${seconds} s)`)
      resolve(code === 0)
    })
  })
}

const types = runScript('types')
const afterTypes = async (name) => (await types) && runScript(name)
const holds = await Promise.all([
  types,
  afterTypes('lint'),
  runScript('formatted').then((isFormatted) => isFormatted && afterTypes('arch')),
])
if (!holds.every(Boolean)) process.exit(1)
if (process.argv.includes('--before-tests')) process.exit(0)
const { status } = spawnSync('npm', ['test', '--', ...process.argv.slice(2)], { stdio: 'inherit' })
process.exit(status ?? 1)
