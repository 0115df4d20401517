// Runs test files. A file that fails is repeated once on its own: on a busy machine a test may be
// flaky, and one flaky test should neither end an hour's run nor go unnoticed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const record = new URL('record.js', import.meta.url).pathname
/** How many of the slowest files are listed, since these determine the duration. */
const slowestTold = 12
/**
 * If more files fail, load is not the reason: the run has failed, and repeating them is pointless.
 */
const mostRetried = 3

/**
 * Returns `{ failed, flaky }`: the files that failed, and the failures of those that passed when
 * repeated. `how` has `node` (the binary), `files` (how many at once), `limitMs` (per file) and
 * `env`.
 */
export function runFiles(paths, how) {
  const first = runOnce(paths, how)
  if (first.status === 0) return { failed: [], flaky: [] }
  const files = [...new Set(first.failures.map(({ file }) => file))]
  // the runner itself failed, so no file can be blamed
  if (files.length === 0) return { failed: ['the test runner'], flaky: [] }
  if (files.length > mostRetried) return { failed: files, flaky: [] }

  const failed = []
  const flaky = []
  for (const file of files) {
    console.log(`\nOnce more, alone: ${file}`)
    if (runOnce([file], { ...how, files: 1 }).status === 0) {
      flaky.push(...first.failures.filter((failure) => failure.file === file))
    } else {
      failed.push(file)
    }
  }
  return { failed, flaky }
}

/** The result of a whole run in words. One flaky file is reported and tolerated, two are not. */
export function judge(runs) {
  const failed = runs.flatMap((run) => run.failed)
  const flaky = runs.flatMap((run) => run.flaky)
  const flakyFiles = new Set(flaky.map(({ file }) => file)).size
  for (const file of failed) console.log(`\nfailed: ${file}`)
  for (const { file, name, why, printed } of flaky) {
    console.log(`\nflaky: ${file}\n  ${name}\n${why}`)
    if (printed) console.log(`What it had printed:\n${printed}`)
  }
  if (flakyFiles > 1) console.log(`\n${flakyFiles} flaky files in one run: the run fails.`)
  return failed.length > 0 || flakyFiles > 1 ? 1 : 0
}

/** With source maps a failure names the source file, but what has to be run is the compiled one. */
const asRun = (file, paths) =>
  paths.find((path) => path.replace('/dist/', '/').replace(/\.js$/, '.ts') === file) ?? file

function tellSlowest(tests) {
  const files = new Map()
  for (const { file, ms } of tests) files.set(file, (files.get(file) ?? 0) + ms)
  if (files.size <= slowestTold) return
  console.log(`\nSlowest of ${files.size} files, seconds in their tests:`)
  for (const [file, ms] of [...files].sort(([, a], [, b]) => b - a).slice(0, slowestTold)) {
    const seconds = String(Math.round(ms / 1000)).padStart(5)
    console.log(`${seconds}  ${relative(process.cwd(), file)}`)
  }
}

function runOnce(paths, { node = process.execPath, files, limitMs, env = {} }) {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-run-'))
  const file = join(dir, 'record')
  try {
    const { status } = spawnSync(
      node,
      [
        '--test',
        '--test-reporter=spec',
        '--test-reporter-destination=stdout',
        `--test-reporter=${record}`,
        `--test-reporter-destination=${file}`,
        `--test-timeout=${limitMs}`,
        `--test-concurrency=${files}`,
        '--enable-source-maps',
        ...paths,
      ],
      { stdio: 'inherit', env: { ...process.env, ...env } },
    )
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
    const told = lines.map((line) => JSON.parse(line))
    tellSlowest(told.filter(({ ms }) => ms !== undefined))
    return {
      status: status ?? 1,
      failures: told
        .filter(({ ms }) => ms === undefined)
        .map((one) => ({ ...one, file: asRun(one.file, paths) })),
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
