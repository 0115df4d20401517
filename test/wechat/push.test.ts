import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import test from 'node:test'
import fc from 'fast-check'
import {
  decryptMessage,
  encryptMessage,
  encryptWith,
  openPush,
  readXml,
  signature,
  WechatInputError,
  type AccountKeys,
  type XmlNode,
} from 'wechat-api-ts'
import { vectors, xmlOf } from './vectors.ts'

const { constants } = vectors
const keys: AccountKeys = {
  appid: constants.appid,
  token: constants.token,
  encodingAesKey: constants.encodingAESKey,
  mode: 'safe',
}
const textPush = xmlOf(vectors.inbound_xml[0] ?? assert.fail())

const refusal =
  (code: string) =>
  (error: unknown): boolean =>
    error instanceof WechatInputError && error.code === code

function sealedPush(
  encrypted: string,
  token = constants.token,
): { query: URLSearchParams; body: string } {
  const [timestamp, nonce] = ['1760000000', '1234567890']
  const query = new URLSearchParams({
    timestamp,
    nonce,
    encrypt_type: 'aes',
    msg_signature: signature([token, timestamp, nonce, encrypted]),
  })
  return {
    query,
    body: `<xml><ToUserName>gh</ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
  }
}

function plainQuery(): URLSearchParams {
  const [timestamp, nonce] = ['1760000000', '1234567890']
  return new URLSearchParams({
    timestamp,
    nonce,
    signature: signature([constants.token, timestamp, nonce]),
  })
}

for (const vector of vectors.encryption) {
  test(`the encryption vector ${vector.name} decrypts, and encrypts to the same bytes`, () => {
    const { encodingAESKey: encodingAesKey, appid, plaintext } = vector
    assert.equal(decryptMessage(encodingAesKey, appid, vector.encrypt), plaintext)
    assert.equal(
      encryptWith({ encodingAesKey, appid, random: Buffer.from(vector.random16) }, plaintext),
      vector.encrypt,
    )
    assert.equal(
      signature([vector.token, vector.timestamp, vector.nonce, vector.encrypt]),
      vector.msg_signature,
    )
    assert.equal(decryptMessage(encodingAesKey, 'wx0000000000000000', vector.encrypt), null)
  })
  if (vector.url_query && vector.plaintext.includes('<MsgType>')) {
    test(`the push vector ${vector.name} is read`, () => {
      const { token, encodingAESKey: encodingAesKey, appid } = vector
      const opened = openPush(
        { token, encodingAesKey, appid, mode: 'safe' },
        new URLSearchParams(vector.url_query),
        vector.body ?? '',
      )
      assert.equal(opened.xml, vector.plaintext)
      assert.deepEqual(opened.inbound.fields, readXml(vector.plaintext))
    })
  }
}

for (const vector of vectors.published_vectors) {
  if (vector.encrypt === undefined) continue
  test(`WeChat's own example ${vector.name ?? ''} decrypts`, () => {
    assert.equal(
      decryptMessage(vector.encodingAESKey ?? '', vector.appid ?? '', vector.encrypt ?? ''),
      vector.plaintext,
    )
  })
}

for (const vector of vectors.encryption_rejections) {
  test(`a push is refused: ${vector.name}`, () => {
    const { query, body } = sealedPush(vector.encrypt, vector.token)
    query.set('msg_signature', vector.msg_signature)
    const code = vector.refuse === 'signature' ? 'bad_signature' : 'bad_xml'
    assert.throws(
      () => openPush({ ...keys, encodingAesKey: vector.encodingAESKey }, query, body),
      refusal(code),
    )
  })
}

test('a push encrypted with the previous key is accepted, and its answer is encrypted with that key', () => {
  const old = constants.encodingAESKey_second
  const { query, body } = sealedPush(encryptMessage(old, constants.appid, textPush))
  assert.throws(() => openPush(keys, query, body), refusal('bad_xml'))
  const opened = openPush({ ...keys, previousEncodingAesKey: old }, query, body)
  const answer: XmlNode = readXml(opened.seal('<xml>reply</xml>', 1760000001))
  const { Encrypt, TimeStamp, Nonce, MsgSignature } = answer as Record<string, string>
  assert.equal(decryptMessage(old, constants.appid, Encrypt ?? ''), '<xml>reply</xml>')
  assert.equal(
    MsgSignature,
    signature([constants.token, '1760000001', '1234567890', Encrypt ?? '']),
  )
  assert.deepEqual([TimeStamp, Nonce], ['1760000001', '1234567890'])
})

test('in plain mode a push is read and answered without encryption, and one with a wrong signature is refused', () => {
  const plain: AccountKeys = { ...keys, mode: 'plain', encodingAesKey: null }
  const opened = openPush(plain, plainQuery(), textPush)
  assert.equal(opened.inbound.kind === 'text' && opened.inbound.content, '你好')
  assert.equal(opened.seal('<xml/>'), '<xml/>')
  assert.throws(
    () => openPush({ ...plain, token: 'other' }, plainQuery(), textPush),
    refusal('bad_signature'),
  )
})

test('in safe mode a push that is not encrypted is refused', () => {
  assert.throws(() => openPush(keys, plainQuery(), textPush), refusal('bad_xml'))
  const { query } = sealedPush('x')
  assert.throws(() => openPush(keys, query, textPush), refusal('bad_xml'))
})

test('an encrypted push to an account without an encryption key is refused', () => {
  const { query, body } = sealedPush(
    encryptMessage(constants.encodingAESKey, constants.appid, textPush),
  )
  assert.throws(
    () => openPush({ ...keys, encodingAesKey: null }, query, body),
    refusal('bad_signature'),
  )
})

test('in compatible mode the encrypted content counts, and the plain text beside it is ignored', () => {
  const { query, body } = sealedPush(
    encryptMessage(constants.encodingAESKey, constants.appid, textPush),
  )
  const twin = body.replace('</xml>', '<Content>forged</Content></xml>')
  const { inbound } = openPush({ ...keys, mode: 'compatible' }, query, twin)
  assert.equal(inbound.kind === 'text' && inbound.content, '你好')
  assert.throws(
    () => openPush({ ...keys, mode: 'compatible' }, plainQuery(), twin),
    refusal('bad_xml'),
  )
})

test('every encrypted message decrypts to itself, and one that is damaged near its end is refused', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.nat(), (message, where) => {
      const encrypted = encryptMessage(constants.encodingAESKey, constants.appid, message)
      assert.equal(decryptMessage(constants.encodingAESKey, constants.appid, encrypted), message)
      const bytes = Buffer.from(encrypted, 'base64')
      const last = bytes.length - 1 - (where % 16)
      bytes.writeUInt8(bytes.readUInt8(last) ^ 0x5a, last)
      const opened = decryptMessage(
        constants.encodingAESKey,
        constants.appid,
        bytes.toString('base64'),
      )
      assert.equal(opened, null)
    }),
  )
})

const anyKey = fc.stringMatching(/^[A-Za-z0-9]{43}$/)
const anyAppid = fc.stringMatching(/^wx[0-9a-f]{16}$/)
test('while keys are being changed, pushes with the old and the new key are accepted and answered with the same key', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 60 })
  fc.assert(
    fc.property(
      fc.record({ current: anyKey, previous: anyKey, appid: anyAppid, content: word, nonce: word }),
      ({ current, previous, appid, content, nonce }) => {
        fc.pre(current.slice(0, 42) !== previous.slice(0, 42))
        const own: AccountKeys = {
          appid,
          token: constants.token,
          encodingAesKey: current,
          previousEncodingAesKey: previous,
          mode: 'safe',
        }
        const xml = textPush.replace('你好', () =>
          content.replace(/[\]\u0000-\u001f\ufffe\uffff]/g, ''),
        )
        for (const key of [current, previous]) {
          const encrypted = encryptMessage(key, appid, xml)
          const query = new URLSearchParams({
            timestamp: '5',
            nonce,
            encrypt_type: 'aes',
            msg_signature: signature([own.token, '5', nonce, encrypted]),
          })
          const opened = openPush(own, query, `<xml><Encrypt>${encrypted}</Encrypt></xml>`)
          assert.equal(opened.xml, xml)
          const { Encrypt = '' } = readXml(opened.seal('<xml>x</xml>')) as Record<string, string>
          assert.deepEqual(
            [current, previous].map((one) => decryptMessage(one, appid, Encrypt)),
            [current, previous].map((one) => (one === key ? '<xml>x</xml>' : null)),
          )
        }
      },
    ),
    { numRuns: 200 },
  )
})

test('every kind of malformed envelope is refused with the same error text', () => {
  const { token, encodingAESKey: key, appid } = constants
  const bytes = Buffer.from(encryptMessage(key, appid, textPush), 'base64')
  const turned = (at: number) => {
    const copy = Buffer.from(bytes)
    copy[at] = (copy[at] ?? 0) ^ 1
    return copy.toString('base64')
  }
  const padded = (message: string, pad: number[]) => {
    const inside = Buffer.concat([
      Buffer.alloc(16, 1),
      Buffer.from([0, 0, 0, message.length]),
      Buffer.from(`${message}${appid}`),
    ])
    const raw = Buffer.from(`${key}=`, 'base64')
    const cipher = createCipheriv('aes-256-cbc', raw, raw.subarray(0, 16)).setAutoPadding(false)
    return Buffer.concat([
      cipher.update(Buffer.concat([inside, Buffer.from(pad)])),
      cipher.final(),
    ]).toString('base64')
  }
  // with the 38 bytes around it a text of 25 letters has 63 bytes, so the padding is a single byte;
  // a shorter text gets more
  const [long, short] = ['x'.repeat(25), 'x'.repeat(20)]
  assert.equal(decryptMessage(key, appid, padded(long, [1])), long)
  assert.equal(decryptMessage(key, appid, padded(short, [6, 6, 6, 6, 6, 6])), short)
  const wrong: Record<string, string> = {
    'another key': encryptMessage(constants.encodingAESKey_second, appid, textPush),
    'another appid': encryptMessage(key, 'wx0000000000000000', textPush),
    'a longer appid': encryptMessage(key, `${appid}0`, textPush),
    'no appid': encryptMessage(key, '', textPush),
    'a wrong pad': turned(bytes.length - 17),
    'a wrong tail': turned(bytes.length - 1),
    'half a block': bytes.subarray(0, -8).toString('base64'),
    'a block less': bytes.subarray(0, -32).toString('base64'),
    'one block': bytes.subarray(0, 16).toString('base64'),
    'a length too long': turned(3),
    'a pad that counts wrong': padded(short, [5, 6, 6, 6, 6, 6]),
    'a pad of nothing': padded(long, [0]),
    'a pad of 33': padded(long, Array<number>(33).fill(33)),
    'no base64': '!!!',
    'another language': '好'.repeat(40),
  }
  const words = Object.entries(wrong).map(([name, encrypted]) => {
    const { query, body } = sealedPush(encrypted, token)
    try {
      openPush(keys, query, body)
    } catch (error) {
      assert.ok(error instanceof WechatInputError && error.code === 'bad_xml', name)
      return error.message
    }
    return assert.fail(name)
  })
  assert.deepEqual([...new Set(words)], ['bad_xml: the envelope cannot be opened'])
})
