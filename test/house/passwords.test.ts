// Passwords are hashed on the same threads that disk access uses, so many sign-ins at once must not
// take all of them.
import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import test from 'node:test'
import { isAppError } from '../../src/errors.ts'
import { openPasswords } from '../../src/passwords.ts'

const { hash, matches } = openPasswords()

void test('many simultaneous sign-ins leave threads free for writing to disk', async () => {
  const stored = await hash('right')
  let tried = 0
  const all = Promise.all(
    Array.from({ length: 40 }, async (_, n) => {
      const isRight = await matches(stored, n === 7 ? 'right' : 'wrong')
      tried += 1
      return isRight
    }),
  )
  await stat(import.meta.dirname)
  assert.ok(tried < 20, `the disk was asked after ${tried} of 40 passwords`)
  assert.equal((await all).filter(Boolean).length, 1)
})

void test('more simultaneous sign-ins than can soon be handled are told to come again', async () => {
  const answers = await Promise.allSettled(Array.from({ length: 400 }, () => matches(null, 'x')))
  const refused = answers.flatMap((one) =>
    one.status === 'rejected' ? [one.reason as unknown] : [],
  )
  assert.ok(refused.length > 100 && refused.length < 200, `${refused.length} are refused`)
  assert.ok(refused.every((error) => isAppError(error, 'overloaded')))
  assert.equal(await matches(null, 'x'), false, 'afterwards it goes on')
})
