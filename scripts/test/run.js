// Runs test files. A file that fails is repeated once on its own: on a busy machine a test may be
// flaky, and one flaky test should neither end an hour's run nor go unnoticed.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { groupFiles } from './groups.js'

const record = new URL('record.js', import.meta.url).pathname
const [ends, untraced] = ['ends.js', 'untraced.js'].map(
  (name) => new URL(name, import.meta.url).pathname,
)
/** How many of the slowest files are listed, since these determine the duration. */
const slowestTold = 12
/**
 * How many failed files are repeated. If more fail, a busy machine is not the reason, so the run
 * has failed and repeating them is pointless.
 */
const mostRetried = 3

/**
 * Returns `{ failed, flaky }`: the files that failed, and the failures of those that passed when
 * repeated. `how` has `node` (the binary), `files` (how many processes at once), `limitMs` (per file),
 * `env`, and `together` (which files may share a process).
 */
export function runFiles(paths, how) {
  const groups = groupFiles(paths, how.together)
  const first = runOnce(groups, how)
  if (first.status === 0) return { failed: [], flaky: [] }
  const files = [...new Set(first.failures.map(({ file }) => file))]
  // If the run failed and no file did, the test runner itself failed, and there is nothing to
  // repeat.
  if (files.length === 0) return { failed: ['the test runner'], flaky: [] }
  if (files.length > mostRetried) return { failed: files, flaky: [] }

  const failed = []
  const flaky = []
  for (const file of files) {
    const suspects = suspectsOf(file, groups)
    const again = suspects.filter((path) => {
      console.log(`\nOnce more, alone: ${path}`)
      return runOnce([[path]], { ...how, files: 1 }).status !== 0
    })
    if (again.length > 0) failed.push(...again)
    else flaky.push(...first.failures.filter((failure) => failure.file === file))
  }
  return { failed, flaky }
}

/**
 * The files that may be to blame for a failure. A process that died tells only its own name, so
 * each file that it ran is suspected.
 */
const suspectsOf = (file, groups) => groups[Number(/process-(\d+)\.mjs$/.exec(file)?.[1])] ?? [file]

/** The result of a whole run in words. One flaky file is reported and tolerated, two are not. */
export function judgeRuns(runs) {
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

/**
 * Finds the compiled file for the source file that a failure names, because only the compiled one
 * can be run.
 */
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

/**
 * Finds the processes that ended before their tests were over: each process that comes to its end
 * leaves a file, and those left none.
 */
const cutShort = (entries) =>
  entries
    .filter((entry) => !existsSync(`${entry}.ended`))
    .map((file) => ({ file, name: 'the process', why: 'It ended before its tests were over.' }))

/** Whether a test file uses `describe`, whose hooks never run in an untraced process. */
const usesDescribe = (path) =>
  /^import .*\bdescribe\b.* from 'node:test'/m.test(readFileSync(path, 'utf8'))

/** Runs each group of files in a process of its own. */
function runOnce(groups, { node = process.execPath, files, limitMs, env = {} }) {
  const dir = mkdtempSync(join(tmpdir(), 'kefu-run-'))
  const file = join(dir, 'record')
  const entries = groups.map((group, at) => {
    // The names are numbered, because the runner starts the processes in the order of their names.
    const name = `${String(at).padStart(3, '0')}.mjs`
    const [entry, tests] = [join(dir, `process-${name}`), join(dir, `tests-${name}`)]
    const imports = [ends, ...group].map((path) => `import '${pathToFileURL(path)}'\n`)
    writeFileSync(tests, imports.join(''))
    // the tests are imported dynamically: a static import would load them, and node:test with them,
    // before untraced.js has run
    // other versions of Node follow promises in other ways, so there nothing is changed
    const isTraced = node !== process.execPath || group.some(usesDescribe)
    const first = isTraced ? '' : `import '${pathToFileURL(untraced)}'\n`
    writeFileSync(entry, `${first}await import('./${basename(tests)}')\n`)
    return entry
  })
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
        ...entries,
      ],
      { stdio: 'inherit', env: { ...process.env, ...env } },
    )
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
    const told = lines.map((line) => JSON.parse(line))
    tellSlowest(told.filter(({ ms }) => ms !== undefined))
    const printedBy = new Map(
      told.filter((one) => one.process).map((one) => [one.process, one.printed]),
    )
    const failures = told
      .filter(({ why }) => why !== undefined)
      .concat(cutShort(entries))
      .map((one) => {
        const path = asRun(one.file, groups.flat())
        const at = groups.findIndex((group) => group.includes(path))
        return { ...one, file: path, printed: printedBy.get(entries[at] ?? path) }
      })
    return { status: status || failures.length > 0 ? 1 : 0, failures }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}
