// The planted faults (`npm run planted`) must fit the present code, and the tests that should catch
// them must exist.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'node:test'
import { NoLongerApplies, plantIn, readTest } from '../../scripts/planted/fault.ts'
import { faults } from '../../scripts/planted/faults/index.ts'

const root = resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/**
 * Whether the file has a test whose title begins like that. The title of a `describe` does not
 * count, because a fault is caught by a test. Of a title with `${…}` only the part before it is
 * compared.
 */
function hasTest(file: string, title: string): boolean {
  const titles = read(file).matchAll(/\btest\(\s*(['"`])((?:\\.|(?!\1|\$\{).)*)(\$\{)?/g)
  return [...titles].some(([, , text = '', more]) => {
    const begins = text.replaceAll('\\', '')
    return begins.startsWith(title) || (more !== undefined && title.startsWith(begins))
  })
}

void test('every planted fault changes its file, and the text it replaces occurs there exactly once', () => {
  const wrong = faults.flatMap((fault) => {
    try {
      const planted = plantIn(fault, read)
      return [...planted].filter(([file, text]) => text === read(file)).map(() => fault.name)
    } catch (error) {
      if (error instanceof NoLongerApplies) return [error.message]
      throw error
    }
  })
  assert.deepEqual(wrong, [])
})

void test('every planted fault has a unique name and refers to existing tests', () => {
  const names = faults.map(({ name }) => name)
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  )
  const missing = faults.flatMap(({ name, caughtBy }) =>
    caughtBy
      .map((one) => ({ one, ...readTest(one) }))
      .filter(
        ({ file, title }) =>
          !existsSync(join(root, file)) || (title !== null && !hasTest(file, title)),
      )
      .map(({ one }) => `${name}: ${one}`),
  )
  assert.deepEqual(missing, [])
  assert.deepEqual(
    faults.filter(({ caughtBy }) => caughtBy.length === 0).map(({ name }) => name),
    [],
  )
})

void test('a planted fault whose text is no longer in the code is reported as outdated', () => {
  const [fault] = faults
  assert.ok(fault)
  assert.throws(() => plantIn(fault, () => 'something else'), NoLongerApplies)
  assert.throws(() => plantIn(fault, (file) => read(file) + read(file)), NoLongerApplies)
})
