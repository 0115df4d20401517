// The faults that are planted (`npm run planted`) fit the code of today, and the tests that catch them are there.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import test from 'node:test'
import { NoLongerApplies, plantIn, readTest } from '../../scripts/planted/fault.ts'
import { faults } from '../../scripts/planted/faults/index.ts'

const root = resolve(import.meta.dirname, '../../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

void test('every planted fault changes its file, where what it replaces stands once', () => {
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

void test('every planted fault has a name of its own and names tests that are there', () => {
  const names = faults.map(({ name }) => name)
  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  )
  const missing = faults.flatMap(({ name, caughtBy }) =>
    caughtBy
      .map((one) => ({ one, ...readTest(one) }))
      .filter(
        ({ file, title }) => !existsSync(join(root, file)) || !read(file).includes(title ?? ''),
      )
      .map(({ one }) => `${name}: ${one}`),
  )
  assert.deepEqual(missing, [])
  assert.deepEqual(
    faults.filter(({ caughtBy }) => caughtBy.length === 0).map(({ name }) => name),
    [],
  )
})

void test('a fault whose place has changed is said to apply no longer', () => {
  const [fault] = faults
  assert.ok(fault)
  assert.throws(() => plantIn(fault, () => 'something else'), NoLongerApplies)
  assert.throws(() => plantIn(fault, (file) => read(file) + read(file)), NoLongerApplies)
})
