// Tests the program that runs the tests: a file that fails twice fails the run, one that passes
// when repeated is reported as flaky, and two flaky files fail the run.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test, { type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'

const runner = pathToFileURL(resolve(import.meta.dirname, '../../../scripts/test/run.js')).href

const passes = `import test from 'node:test'
test('it holds', () => {})`
const fails = `import test from 'node:test'
test('it never holds', () => { throw new Error('broken for good') })`
/**
 * The source of a sample test file that fails the first time it is run and passes when it is
 * repeated.
 */
const flaky = `import { existsSync, writeFileSync } from 'node:fs'
import test from 'node:test'
test('it holds when it is alone', () => {
  const seen = import.meta.filename + '.seen'
  if (existsSync(seen)) return
  writeFileSync(seen, '')
  console.log('what the house said')
  throw new Error('late by one')
})`
/** The source of a sample test file, whose process ends before its test is finished. */
const dies = `import test from 'node:test'
test('it is interrupted', () => { process.exit(3) })`
/**
 * The source of a sample test file whose process ends before its test is finished, but with exit
 * code 0, as if all was well.
 */
const leaves = `import test from 'node:test'
test('it is left', () => { process.exit(0) })`
/** The source of a sample test file with an error that its test, which passes, does not catch. */
const uncaught = `import test from 'node:test'
test('it does not look', async () => {
  Promise.reject(new Error('heard by nobody'))
  await new Promise((done) => setTimeout(done, 100))
})`
/**
 * The source of a sample test file whose test passes only if the `before` hook of its `describe`
 * has finished. In a process that several files share, that must hold as well.
 */
const hooked = `import { before, describe, test } from 'node:test'
describe('they begin together', () => {
  let is = 'early'
  before(async () => { is = await Promise.resolve('ready') })
  test('it is ready', () => { if (is !== 'ready') throw new Error(is) })
})`

async function run(
  t: TestContext,
  sources: string[],
  { together = false } = {},
): Promise<{ code: number; out: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'runner-'))
  t.after(() => {
    rmSync(dir, { recursive: true, force: true })
  })
  const files = sources.map((source, at) => {
    const file = join(dir, `${at}.test.mjs`)
    writeFileSync(file, source)
    return file
  })
  const program = `import { judgeRuns, runFiles } from ${JSON.stringify(runner)}
process.exit(judgeRuns([runFiles(${JSON.stringify(files)}, { files: 2, limitMs: 60_000, together: () => ${together} })]))`
  // removes the variable by which a test runner recognises that it runs inside another one, where
  // it would do nothing
  const env = { PATH: `${dir}:/usr/bin:/bin` }
  return new Promise((done) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', program],
      { env },
      (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, out: stdout + stderr })
      },
    )
  })
}

test('a test run in which every file passes mentions no flaky files and succeeds', async (t) => {
  const { code, out } = await run(t, [passes])
  assert.equal(code, 0, out)
  assert.match(out, /it holds/)
  assert.doesNotMatch(out, /flaky|Once more/)
})

test('a test file that fails and fails again when repeated alone fails the run', async (t) => {
  const { code, out } = await run(t, [passes, fails])
  assert.equal(code, 1, out)
  assert.match(out, /Once more, alone: .*1\.test\.mjs/)
  assert.match(out, /failed: .*1\.test\.mjs/)
})

test('a test file whose process dies in the middle fails the run', async (t) => {
  const { code, out } = await run(t, [passes, dies])
  assert.equal(code, 1, out)
  assert.match(out, /failed: .*1\.test\.mjs/)
})

test('a test file that passes when repeated alone is reported with its first failure, and the run succeeds', async (t) => {
  const { code, out } = await run(t, [passes, flaky])
  assert.equal(code, 0, out)
  const end = out.slice(out.lastIndexOf('flaky: '))
  assert.match(end, /^flaky: .*1\.test\.mjs/)
  assert.match(end, /it holds when it is alone/)
  assert.match(end, /late by one/)
  assert.match(end, /what the house said/)
})

test('an error that no test catches fails the run and is printed, though the test passes', async (t) => {
  const { code, out } = await run(t, [passes, uncaught, passes], { together: true })
  assert.equal(code, 1, out)
  assert.match(out, /heard by nobody/)
  assert.deepEqual(out.match(/^failed: .*/gm)?.length, 1, out)
  assert.match(out, /failed: .*1\.test\.mjs/)
})

test('in a process that several test files share the hooks of a describe run before its tests', async (t) => {
  const { code, out } = await run(t, [passes, hooked, passes], { together: true })
  assert.equal(code, 0, out)
  assert.match(out, /it is ready/)
})

test('two flaky test files in one run fail it', async (t) => {
  const { code, out } = await run(t, [flaky, flaky])
  assert.equal(code, 1, out)
  assert.match(out, /2 flaky files in one run/)
})

test('of test files that share a process only the one that failed is repeated', async (t) => {
  const { code, out } = await run(t, [passes, flaky, passes], { together: true })
  assert.equal(code, 0, out)
  assert.deepEqual(out.match(/(?<=Once more, alone: ).*/g)?.length, 1, out)
  assert.match(out, /Once more, alone: .*1\.test\.mjs/)
  assert.match(out.slice(out.lastIndexOf('flaky: ')), /what the house said/)
})

test('a test file that ends the process it shares with others fails the run, and the other files of that process do not', async (t) => {
  const { code, out } = await run(t, [passes, dies, passes], { together: true })
  assert.equal(code, 1, out)
  assert.deepEqual(out.match(/^failed: .*/gm)?.length, 1, out)
  assert.match(out, /failed: .*1\.test\.mjs/)
})

for (const together of [false, true]) {
  const how = together ? 'shared' : 'own'
  test(`a test file that ends its ${how} process with exit code 0 before its tests are over fails the run`, async (t) => {
    const { code, out } = await run(t, [passes, leaves, passes], { together })
    assert.equal(code, 1, out)
    assert.deepEqual(out.match(/^failed: .*/gm)?.length, 1, out)
    assert.match(out, /failed: .*1\.test\.mjs/)
  })
}

test('a test file that ends its shared process with exit code 0 fails the run even if another file was flaky before', async (t) => {
  const { code, out } = await run(t, [flaky, leaves, passes], { together: true })
  assert.equal(code, 1, out)
  assert.match(out, /failed: .*1\.test\.mjs/)
})
