// Compares the simulator, which has its own implementation, with the test vectors of the SDK.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesOf, lettersOf } from '#simulator/api/call'
import { errmsgOf } from '#simulator/api/errcodes'
import { seal, sign, unseal } from '#simulator/wire/crypto'
import { readPush } from '#simulator/wire/pushed'
import { readXml, writeFields, XmlError } from '#simulator/wire/xml'
import { vectors, xmlOf } from '../wechat/vectors.ts'

const all = vectors as typeof vectors & {
  utf8_lengths: { text: string; bytes: number; codePoints: number }[]
  face_codes: string[][]
}
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

for (const { name, token, timestamp, nonce, signature, valid } of vectors.signatures) {
  test(`the simulator computes the signature vector ${name} ${valid ? 'alike' : 'differently, as it must'}`, () => {
    assert.equal(sign(token, timestamp, nonce) === signature, valid)
  })
}

for (const one of vectors.encryption) {
  test(`the simulator encrypts and decrypts the vector ${one.name} to the same bytes`, () => {
    const box = { encodingAesKey: one.encodingAESKey, appid: one.appid }
    assert.equal(seal(one.plaintext, { ...box, random: Buffer.from(one.random16) }), one.encrypt)
    assert.equal(unseal(one.encrypt, box), one.plaintext)
    assert.equal(sign(one.token, one.timestamp, one.nonce, one.encrypt), one.msg_signature)
    if (one.url_query !== undefined) {
      assert.equal(sign(one.token, one.timestamp, one.nonce), one.url_query['signature'])
    }
  })
}

for (const one of vectors.encryption_rejections) {
  test(`the simulator refuses the vector ${one.name}`, () => {
    const opens = (): string => {
      if (sign(one.token, one.timestamp, one.nonce, one.encrypt) !== one.msg_signature) {
        throw new Error('signature')
      }
      return unseal(one.encrypt, { encodingAesKey: one.encodingAESKey, appid: one.expected_appid })
    }
    assert.throws(opens)
  })
}

for (const one of vectors.published_vectors) {
  test(`the simulator computes for WeChat's own example ${one.name ?? ''} the values that WeChat publishes`, () => {
    const {
      token = '',
      timestamp = '',
      nonce = '',
      encrypt,
      encodingAESKey = '',
      appid = '',
      plaintext,
      random16 = '',
    } = one
    if (encrypt === undefined) {
      assert.equal(sign(token, timestamp, nonce), (one as { signature?: string }).signature)
      return
    }
    assert.equal(unseal(encrypt, { encodingAesKey: encodingAESKey, appid }), plaintext)
    assert.equal(
      seal(plaintext ?? '', {
        encodingAesKey: encodingAESKey,
        appid,
        random: Buffer.from(random16),
      }),
      encrypt,
    )
    assert.equal(sign(token, timestamp, nonce, encrypt), one.msg_signature)
  })
}

for (const vector of vectors.inbound_xml) {
  test(`the simulator ${vector.expect.ok ? 'reads the push vector' : 'refuses for the same reason the push vector'} ${vector.name}`, () => {
    const { ok, refuse, ...expected } = vector.expect
    if (!ok) {
      assert.throws(
        () => readPush(xmlOf(vector)),
        (error) => error instanceof XmlError && error.reason === refuse,
      )
      return
    }
    assert.deepEqual(plain(readPush(xmlOf(vector))), expected)
  })
}

for (const { text, element } of vectors.outbound_cdata) {
  test(`the simulator wraps the text ${JSON.stringify(text)} in the same way as the SDK`, () => {
    assert.equal(writeFields({ Content: text }), element)
    assert.doesNotThrow(() => readXml(`<xml>${element}</xml>`))
  })
}

test('the simulator measures lengths in bytes or letters like WeChat does', () => {
  for (const one of all.utf8_lengths) {
    assert.deepEqual([bytesOf(one.text), lettersOf(one.text)], [one.bytes, one.codePoints])
  }
})

test('every emoticon code passes through a push of the simulator unchanged', () => {
  assert.ok(all.face_codes.length >= 148)
  const text = all.face_codes.flat().join('')
  const xml = `<xml>${writeFields({ ToUserName: 'g', FromUserName: 'o', CreateTime: 1, MsgType: 'text', Content: text, MsgId: '1' })}</xml>`
  assert.equal(readPush(xml).fields['Content'], text)
})

test("every errcode in the simulator's table has WeChat's text", () => {
  assert.ok(vectors.errcodes.length > 180)
  for (const { code, errmsg } of vectors.errcodes as { code: number; errmsg?: string }[]) {
    assert.equal(errmsgOf(code), errmsg)
  }
})
