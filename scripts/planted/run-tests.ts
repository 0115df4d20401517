// Runs the named tests in one copy of the project and reports how each ended.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NamedTest } from './fault.ts'
import type { EndedTest } from './reporter.ts'

export type TestRun = { ended: EndedTest[]; printed: string; seconds: number }
type How = { env: Record<string, string>; limitMs: number; files: number }

const reporter = join(import.meta.dirname, 'reporter.js')
const asPattern = (title: string) => `^${title.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}`

export async function runTests(dir: string, tests: NamedTest[], how: How): Promise<TestRun> {
  const place = mkdtempSync(join(tmpdir(), 'kefu-planted-run-'))
  const told = join(place, 'ended')
  const began = performance.now()
  const files = [...new Set(tests.map(({ file }) => file))]
  const whole = tests.some(({ title }) => title === null)
  const child = spawn(
    process.execPath,
    [
      '--test',
      `--test-reporter=${reporter}`,
      `--test-reporter-destination=${told}`,
      '--test-reporter=spec',
      '--test-reporter-destination=stdout',
      `--test-timeout=${how.limitMs}`,
      `--test-concurrency=${how.files}`,
      '--enable-source-maps',
      ...(whole ? [] : tests.map(({ title }) => `--test-name-pattern=${asPattern(title ?? '')}`)),
      ...files.map((file) => join(dir, 'dist', file.replace(/\.ts$/, '.js'))),
    ],
    { cwd: dir, env: { ...environment(), ...how.env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      printed = (printed + piece.toString()).slice(-20_000)
    })
  }
  try {
    await once(child, 'close')
    const lines = existsSync(told) ? readFileSync(told, 'utf8').split('\n').filter(Boolean) : []
    return {
      ended: lines.map((line) => JSON.parse(line) as EndedTest),
      printed,
      seconds: (performance.now() - began) / 1000,
    }
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}

/**
 * The environment for the tests. A variable by which node:test recognises a test inside another one
 * is removed, because this script may itself be run by a test.
 */
function environment(): NodeJS.ProcessEnv {
  // eslint-disable-next-line no-restricted-properties -- handed on, not read
  return { ...process.env, NODE_TEST_CONTEXT: undefined }
}
