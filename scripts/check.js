// npm run check: everything that must pass before a change is merged. The types come first, because
// lint and arch read the build; then the tests run, and lint, formatting and arch beside them use
// what processor time the tests leave. `--quick` checks what must pass before a commit; `--typed`
// says that the types have been checked.
import { spawn } from 'node:child_process'
import { constants, setPriority } from 'node:os'

/** Runs a script and prints its output when it has ended, so that it is not mixed with others. */
function runScript(name, { beside = false } = {}) {
  const began = Date.now()
  const child = spawn('npm', ['run', '--silent', name], { stdio: ['ignore', 'pipe', 'pipe'] })
  if (beside) setPriority(child.pid, constants.priority.PRIORITY_LOW)
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

async function runAll(...names) {
  let hold = true
  for (const name of names) hold = (await runScript(name, { beside: true })) && hold
  return hold
}

function runTests(flags) {
  const child = spawn('npm', ['test', '--', ...flags], { stdio: 'inherit' })
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve(code === 0)
    })
  })
}

const flags = process.argv.slice(2)
if (!flags.includes('--typed') && !(await runScript('types'))) process.exit(1)
// the build is finished before the tests and arch begin, since both would build what is not built
if (!(await runScript('build'))) process.exit(1)
const holds = await Promise.all([
  runTests(flags.filter((flag) => flag !== '--typed')),
  runAll('lint', 'formatted', 'arch'),
])
if (holds[1]) console.log('✔ lint, formatted, arch')
else console.log('✘ lint, formatted or arch: see above')
process.exit(holds.every(Boolean) ? 0 : 1)
