import assert from 'node:assert/strict'
import test from 'node:test'
import { sameSignature, signature, verifyQuery } from 'wechat-api-ts'
import { vectors } from './vectors.ts'

for (const { name, token, timestamp, nonce, signature: given, valid } of vectors.signatures) {
  test(`the signature vector ${name} is ${valid ? 'accepted' : 'refused'}`, () => {
    assert.equal(
      verifyQuery(token, new URLSearchParams({ signature: given, timestamp, nonce })),
      valid,
    )
    assert.equal(signature([token, timestamp, nonce]) === given, valid)
  })
}

test('a signed query with a repeated or missing parameter is refused', () => {
  const { token, timestamp, nonce, signature: given } = vectors.signatures[0] ?? assert.fail()
  const good = new URLSearchParams({ signature: given, timestamp, nonce })
  assert.ok(verifyQuery(token, good))
  for (const name of ['signature', 'timestamp', 'nonce']) {
    const twice = new URLSearchParams(good)
    twice.append(name, good.get(name) ?? '')
    assert.equal(verifyQuery(token, twice), false)
    const without = new URLSearchParams(good)
    without.delete(name)
    assert.equal(verifyQuery(token, without), false)
  }
})

test('signatures of different length count as different instead of causing an error', () => {
  assert.equal(sameSignature('abc', 'abcd'), false)
  assert.equal(sameSignature('', ''), true)
})
