import { aesKey, decryptMessage, encryptMessage, replyEnvelope } from './envelope.ts'
import { badXml, WechatInputError } from './errors.ts'
import { encryptedIn, formatOf, readFields, type PushFormat } from './fields.ts'
import { toInbound, type Inbound } from './inbound.ts'
import { sameSignature, signature, single, verifyQuery } from './sign.ts'

/**
 * The keys for encrypting and decrypting envelopes. For pushes that go to a third-party platform
 * they are the platform's own, and not those of the account.
 */
export type EnvelopeKeys = {
  appid: string
  token: string
  encodingAesKey: string | null
  /**
   * The encryption key before the last change. It is still accepted, because pushes that are
   * already on their way use it.
   */
  previousEncodingAesKey?: string | null
}
export type AccountKeys = EnvelopeKeys & { mode: 'plain' | 'compatible' | 'safe' }

/**
 * Throws a TypeError for keys with which anybody could send pushes, or with which no push could be
 * read.
 */
export function checkKeys(keys: AccountKeys): void {
  const { appid, token, encodingAesKey, previousEncodingAesKey, mode } = keys
  if (!appid) throw new TypeError('appid is needed')
  if (!token) {
    throw new TypeError('token is needed: an empty one lets in whoever signs with nothing')
  }
  if (!['plain', 'compatible', 'safe'].includes(mode)) {
    throw new TypeError('mode is plain, compatible or safe')
  }
  if (mode !== 'plain' && !encodingAesKey) throw new TypeError(`${mode} mode needs encodingAesKey`)
  for (const key of [encodingAesKey, previousEncodingAesKey]) {
    if (key && !aesKey(key)) throw new TypeError('an EncodingAESKey has 43 letters and digits')
  }
}

/**
 * Turns a reply into the body of an answer. `now` is the time in seconds, by default the present.
 */
type Seal = (reply: string, now?: number) => string
/**
 * `xml` is the text of the push, decrypted if it came in an envelope. It is XML or JSON, as
 * `format` says, and the answer has the same form.
 */
export type OpenedPush = { inbound: Inbound; xml: string; format: PushFormat; seal: Seal }

/** Reads a push to an account, or throws WechatInputError. */
export function openPush(keys: AccountKeys, query: URLSearchParams, body: string): OpenedPush {
  const types = query.getAll('encrypt_type')
  if (types.length > 1) throw new WechatInputError('bad_signature')
  if (types[0] !== 'aes') {
    if (!verifyQuery(keys.token, query)) throw new WechatInputError('bad_signature')
    return openSigned(keys.mode, body)
  }
  const { xml, seal } = openEnvelope(keys, query, body)
  return { inbound: toInbound(readFields(xml)), xml, format: formatOf(xml), seal }
}

/**
 * Reads a push without an envelope. Its signature covers the query only, so the caller must have
 * checked it with `verifyQuery` before.
 */
export function openSigned(mode: AccountKeys['mode'], body: string): OpenedPush {
  if (mode === 'safe') throw badXml('this account takes encrypted pushes only')
  const fields = readFields(body)
  if ('Encrypt' in fields) throw badXml('an encrypted body without encrypt_type')
  return { inbound: toInbound(fields), xml: body, format: formatOf(body), seal: (reply) => reply }
}

/**
 * Checks and decrypts an encrypted push. As WeChat's guide demands, only `msg_signature` is
 * checked, because the other parameter, `signature`, does not cover the body.
 */
export function openEnvelope(
  keys: EnvelopeKeys,
  query: URLSearchParams,
  body: string,
): { xml: string; seal: Seal } {
  const given = single(query, 'msg_signature')
  const timestamp = single(query, 'timestamp')
  const nonce = single(query, 'nonce')
  if (
    given === null ||
    timestamp === null ||
    nonce === null ||
    !keys.encodingAesKey ||
    !keys.token
  ) {
    throw new WechatInputError('bad_signature')
  }
  const encrypted = encryptedIn(body)
  if (!encrypted) throw badXml('Encrypt is missing')
  if (!sameSignature(given, signature([keys.token, timestamp, nonce, encrypted]))) {
    throw new WechatInputError('bad_signature')
  }
  const { xml, key } = decryptWithAny(keys, encrypted)
  const seal = (reply: string, now = Math.floor(Date.now() / 1000)): string =>
    replyEnvelope(keys.token, encryptMessage(key, keys.appid, reply), {
      timestamp: String(now),
      nonce,
      format: formatOf(body),
    })
  return { xml, seal }
}

function decryptWithAny(keys: EnvelopeKeys, encrypted: string): { xml: string; key: string } {
  for (const key of [keys.encodingAesKey, keys.previousEncodingAesKey]) {
    const xml = key ? decryptMessage(key, keys.appid, encrypted) : null
    if (key && xml !== null) return { xml, key }
  }
  throw badXml('the envelope cannot be opened')
}
