// Damaged pushes, half a million with --full: each is read, or quickly refused with the SDK's own
// error. The same seed gives the same pushes.
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  dedupKey,
  decryptMessage,
  encryptMessage,
  openNotice,
  openPush,
  readXml,
  readXmlFully,
  signature,
  splitText,
  WechatInputError,
  type AccountKeys,
} from 'wechat-api-ts'
import { cpuMs } from '../support/cpu.ts'
import { times } from '../support/full.ts'
import { vectors, xmlOf } from './vectors.ts'

const { token, appid, encodingAESKey } = vectors.constants
const keys: AccountKeys = { appid, token, encodingAesKey: encodingAESKey, mode: 'compatible' }
const inputs = times(20_000, 500_000)
const mostMs = 50
// the large test vectors are left out, because xml.test.ts covers them and here the number of
// inputs matters
const pushes = vectors.inbound_xml.map(xmlOf).filter((xml) => xml.length < 5000)
const splices = [
  '<![CDATA[',
  ']]>',
  '<!--',
  '-->',
  '<!DOCTYPE x [',
  '<?xml',
  '?>',
  '&#',
  '&#x1F600;',
  '&amp',
  '<',
  '>',
  '</',
  '/>',
  '<xml>',
  '</xml>',
  '"',
  '=',
  '\u0000',
  '\ud800',
  '\ufeff',
  '\uffff',
  '<item>',
  '</item>',
  '<__proto__>',
  '<a b="c">',
  'é',
  '😀',
  ' '.repeat(50),
  '<b>'.repeat(30),
  '9'.repeat(40),
]

/** The random generator Mulberry32: small, fast and repeatable. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

type Pick = (below: number) => number
const one = (pick: Pick, list: readonly string[]) => list[pick(list.length)] ?? ''
const spots = (pick: Pick, text: string) =>
  [pick(text.length + 1), pick(text.length + 1)].sort((a, b) => a - b) as [number, number]

const damages: ((pick: Pick, text: string) => string)[] = [
  (pick, text) => {
    const [from, to] = spots(pick, text)
    return text.slice(0, from) + text.slice(to)
  },
  (pick, text) => {
    const [at] = spots(pick, text)
    return text.slice(0, at) + one(pick, splices) + text.slice(at)
  },
  (pick, text) => {
    const [from, to] = spots(pick, text)
    return text.slice(0, to) + text.slice(from, Math.min(to, from + 400)) + text.slice(to)
  },
  (pick, text) => {
    const [at] = spots(pick, text)
    return text.slice(0, at) + String.fromCharCode(pick(0x10000)) + text.slice(at + 1)
  },
  (pick, text) => {
    const [at] = spots(pick, text)
    return text.slice(0, at) + one(pick, pushes).slice(at)
  },
  (pick, text) => {
    const [at] = spots(pick, text)
    return text.slice(0, at)
  },
  (pick, text) =>
    text.replaceAll(
      one(pick, ['xml', 'CDATA', 'MsgType', 'event', 'FromUserName', '>', '\n']),
      one(pick, splices),
    ),
]

function damaged(pick: Pick, text: string): string {
  let result = text
  for (let left = 1 + pick(4); left > 0; left--) {
    result = damages[pick(damages.length)]?.(pick, result) ?? result
  }
  return result
}

/**
 * Throws if the run throws anything but the SDK's own error or takes too long. Time for compiling
 * and garbage collection is not counted.
 */
function isRead(input: string, run: () => unknown): boolean {
  let read = true
  const timed = () =>
    cpuMs(() => {
      try {
        run()
        read = true
      } catch (error) {
        if (!(error instanceof WechatInputError)) {
          throw new Error(`${String(error)} from ${JSON.stringify(input.slice(0, 5000))}`, {
            cause: error,
          })
        }
        read = false
      }
    })
  if (timed() > mostMs) {
    assert.ok(
      Math.min(timed(), timed(), timed()) < mostMs,
      `too slow, ${input.length} characters: ${JSON.stringify(input.slice(0, 300))}`,
    )
  }
  return read
}

/**
 * Runs many inputs. Some must be read and others refused; otherwise the inputs would not be
 * suitable.
 */
function fuzz(
  seed: number,
  share: number,
  run: (pick: Pick) => { input: string; run: () => unknown },
): void {
  const pick = randomFrom(seed)
  const all = Math.ceil(inputs * share)
  let read = 0
  for (let n = 0; n < all; n++) {
    const one = run(pick)
    if (isRead(one.input, one.run)) read += 1
  }
  assert.ok(read > all / 100 && read < all, `${read} of ${all} were read`)
}

const plainQuery = new URLSearchParams({
  timestamp: '1',
  nonce: '2',
  signature: signature([token, '1', '2']),
})
function sealedQuery(encrypted: string): URLSearchParams {
  return new URLSearchParams({
    timestamp: '1',
    nonce: '2',
    encrypt_type: 'aes',
    msg_signature: signature([token, '1', '2', encrypted]),
  })
}

test(`${inputs * 0.6} damaged plain pushes are each read, or refused with the SDK's own error`, () => {
  fuzz(1, 0.6, (pick) => {
    const input = damaged(pick, one(pick, pushes))
    return { input, run: () => dedupKey(openPush(keys, plainQuery, input).inbound) }
  })
})

test(`${inputs * 0.1} damaged pushes give the same result in the quick reader and the full one`, () => {
  fuzz(2, 0.1, (pick) => {
    const input = damaged(pick, one(pick, pushes))
    return {
      input,
      run: () => {
        const [quick, full] = [readXml, readXmlFully].map((read) => {
          try {
            return JSON.stringify(read(input))
          } catch (error) {
            if (error instanceof WechatInputError) return error
            throw error
          }
        })
        assert.equal(typeof quick, typeof full)
        if (quick instanceof WechatInputError) throw quick
        assert.equal(quick, full)
      },
    }
  })
})

test(`${inputs * 0.15} damaged messages in valid envelopes are each read, or refused with the SDK's own error`, () => {
  fuzz(3, 0.15, (pick) => {
    const input = damaged(pick, one(pick, pushes))
    const encrypted = encryptMessage(encodingAESKey, appid, input)
    const body = `<xml><ToUserName>g</ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
    const query = sealedQuery(encrypted)
    return { input, run: () => dedupKey(openPush({ ...keys, mode: 'safe' }, query, body).inbound) }
  })
})

const tickets = vectors.encryption
  .filter(({ plaintext }) => plaintext.includes('InfoType'))
  .map(({ plaintext }) => plaintext)
test(`${inputs * 0.05} damaged notices of a third-party platform are each read, or refused with the SDK's own error`, () => {
  const platform = {
    appid: vectors.constants.component_appid,
    token,
    encodingAesKey: encodingAESKey,
  }
  fuzz(4, 0.05, (pick) => {
    const input = damaged(pick, one(pick, tickets))
    const encrypted = encryptMessage(encodingAESKey, platform.appid, input)
    return {
      input,
      run: () =>
        openNotice(
          platform,
          sealedQuery(encrypted),
          `<xml><AppId>x</AppId><Encrypt>${encrypted}</Encrypt></xml>`,
        ),
    }
  })
})

test(`${inputs * 0.05} envelopes with wrong bytes never decrypt to a different message`, () => {
  const pick = randomFrom(5)
  const sealed = pushes.map((xml) => ({
    xml,
    encrypted: encryptMessage(encodingAESKey, appid, xml),
  }))
  for (let n = 0; n < inputs * 0.05; n++) {
    const { xml, encrypted } = sealed[pick(sealed.length)] ?? assert.fail()
    const bytes = Buffer.from(encrypted, 'base64')
    const cut = pick(3) === 0 ? bytes.subarray(0, pick(bytes.length)) : bytes
    // the last two blocks contain the appid and the padding; the blocks before them are protected
    // by the signature alone
    if (cut === bytes) bytes[bytes.length - 1 - pick(32)] = pick(256)
    const input = cut.toString('base64')
    assert.ok(
      isRead(input, () => {
        const opened = decryptMessage(encodingAESKey, appid, input)
        assert.ok(opened === null || opened === xml, input)
      }),
    )
  }
})

test(`${inputs * 0.05} damaged texts are split without an error`, () => {
  const pick = randomFrom(6)
  for (let n = 0; n < inputs * 0.05; n++) {
    const input = damaged(pick, one(pick, pushes))
    const most = 4 + pick(300)
    assert.ok(
      isRead(input, () => {
        for (const part of splitText(input, most)) assert.ok(Buffer.byteLength(part) <= most)
      }),
    )
  }
})
