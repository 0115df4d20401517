// npm run check: everything that must pass before a change is merged. Types come first because lint
// reads the build; then lint runs in parallel with the others, which take about as long. `--quick`
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

const runAll = async (...names) => {
  for (const name of names) if (!(await runScript(name))) return false
  return true
}

const holds =
  (await runAll('types')) &&
  (await Promise.all([runAll('lint'), runAll('formatted', 'arch')])).every(Boolean)
if (!holds) process.exit(1)
if (process.argv.includes('--before-tests')) process.exit(0)
const { status } = spawnSync('npm', ['test', '--', ...process.argv.slice(2)], { stdio: 'inherit' })
process.exit(status ?? 1)
