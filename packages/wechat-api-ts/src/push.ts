import { decryptMessage, encryptMessage, replyEnvelope } from './envelope.ts'
import { badXml, WechatInputError } from './errors.ts'
import { toInbound, type Inbound } from './inbound.ts'
import { sameSignature, signature, single, verifyQuery } from './sign.ts'
import { textOf } from './xml-node.ts'
import { readXml } from './xml.ts'

/** What seals and opens envelopes; of a third-party platform all three are the component's own. */
export type EnvelopeKeys = {
  appid: string
  token: string
  encodingAesKey: string | null
  /** The key before the last change: pushes under way still come with it. */
  previousEncodingAesKey?: string | null
}
export type AccountKeys = EnvelopeKeys & { mode: 'plain' | 'compatible' | 'safe' }

/** Makes an answer's body of a reply; the second argument is the time in seconds, by default the present. */
type Seal = (replyXml: string, now?: number) => string
export type OpenedPush = { inbound: Inbound; xml: string; seal: Seal }

/** Reads what was pushed to an account; throws WechatInputError. */
export function openPush(keys: AccountKeys, query: URLSearchParams, body: string): OpenedPush {
  const types = query.getAll('encrypt_type')
  if (types.length > 1) throw new WechatInputError('bad_signature')
  if (types[0] !== 'aes') return openPlain(keys, query, body)
  const { xml, seal } = openEnvelope(keys, query, body)
  return { inbound: toInbound(readXml(xml)), xml, seal }
}

function openPlain(keys: AccountKeys, query: URLSearchParams, body: string): OpenedPush {
  if (!verifyQuery(keys.token, query)) throw new WechatInputError('bad_signature')
  if (keys.mode === 'safe') throw badXml('this account takes encrypted pushes only')
  const fields = readXml(body)
  if ('Encrypt' in fields) throw badXml('an encrypted body without encrypt_type')
  return { inbound: toInbound(fields), xml: body, seal: (replyXml) => replyXml }
}

/** Checks msg_signature alone: the platform's guide forbids `signature` here, which says nothing of the body. */
export function openEnvelope(
  keys: EnvelopeKeys,
  query: URLSearchParams,
  body: string,
): { xml: string; seal: Seal } {
  const given = single(query, 'msg_signature')
  const timestamp = single(query, 'timestamp')
  const nonce = single(query, 'nonce')
  if (given === null || timestamp === null || nonce === null || !keys.encodingAesKey) {
    throw new WechatInputError('bad_signature')
  }
  const encrypted = textOf(readXml(body), 'Encrypt')
  if (!encrypted) throw badXml('Encrypt is missing')
  if (!sameSignature(given, signature([keys.token, timestamp, nonce, encrypted]))) {
    throw new WechatInputError('bad_signature')
  }
  const { xml, key } = decryptWithAny(keys, encrypted)
  const seal = (replyXml: string, now = Math.floor(Date.now() / 1000)): string =>
    replyEnvelope(keys.token, encryptMessage(key, keys.appid, replyXml), {
      timestamp: String(now),
      nonce,
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
