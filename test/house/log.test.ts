import assert from 'node:assert/strict'
import test from 'node:test'
import { tellError } from '../../src/log.ts'

void test('an error of the database is logged without the values of the statement', () => {
  const hash = '$argon2id$v=19$m=19456$of-a-password'
  const refused = Object.assign(new Error("Unknown column 'x'"), {
    code: 'ER_BAD_FIELD_ERROR',
    sql: `update user set password_hash = '${hash}'`,
    parameters: [hash],
    driverError: { sql: `update user set password_hash = '${hash}'` },
  })
  assert.ok(JSON.stringify(refused).includes(hash), 'the error carries it')
  const told = JSON.stringify(tellError(refused))
  assert.match(told, /Unknown column/)
  assert.match(told, /ER_BAD_FIELD_ERROR/)
  assert.equal(told.includes(hash), false, told)
})
