import { decryptMessage, encryptMessage, replyEnvelope } from './envelope.ts'
import { badXml, WechatInputError } from './errors.ts'
import { toInbound, type Inbound } from './inbound.ts'
import { sameSignature, signature, single, verifyQuery } from './sign.ts'
import { textOf } from './xml-node.ts'
import { readXml } from './xml.ts'

export type AccountKeys = {
  appid: string
  token: string
  encodingAesKey: string | null
  previousEncodingAesKey?: string | null
  mode: 'plain' | 'compatible' | 'safe'
}

/** `seal` makes the answer's body of a reply; its second argument is the time in seconds, by default the present. */
export type OpenedPush = { inbound: Inbound; xml: string; seal: (replyXml: string, now?: number) => string }

type Opened = { xml: string; key: string }

export function openPush(keys: AccountKeys, query: URLSearchParams, body: string): OpenedPush {
  const types = query.getAll('encrypt_type')
  if (types.length > 1) throw new WechatInputError('bad_signature')
  return types[0] === 'aes' ? openSealed(keys, query, body) : openPlain(keys, query, body)
}

function openPlain(keys: AccountKeys, query: URLSearchParams, body: string): OpenedPush {
  if (!verifyQuery(keys.token, query)) throw new WechatInputError('bad_signature')
  if (keys.mode === 'safe') throw badXml('this account takes encrypted pushes only')
  const fields = readXml(body)
  if ('Encrypt' in fields) throw badXml('an encrypted body without encrypt_type')
  return { inbound: toInbound(fields), xml: body, seal: (replyXml) => replyXml }
}

function openSealed(keys: AccountKeys, query: URLSearchParams, body: string): OpenedPush {
  const given = single(query, 'msg_signature')
  const timestamp = single(query, 'timestamp')
  const nonce = single(query, 'nonce')
  if (given === null || timestamp === null || nonce === null || !keys.encodingAesKey) throw new WechatInputError('bad_signature')
  const encrypted = textOf(readXml(body), 'Encrypt')
  if (!encrypted) throw badXml('Encrypt is missing')
  if (!sameSignature(given, signature([keys.token, timestamp, nonce, encrypted]))) throw new WechatInputError('bad_signature')
  const { xml, key } = decryptWithAny(keys, encrypted)
  const seal = (replyXml: string, now = Math.floor(Date.now() / 1000)): string =>
    replyEnvelope(keys.token, encryptMessage(key, keys.appid, replyXml), { timestamp: String(now), nonce })
  return { inbound: toInbound(readXml(xml)), xml, seal }
}

function decryptWithAny(keys: AccountKeys, encrypted: string): Opened {
  for (const key of [keys.encodingAesKey, keys.previousEncodingAesKey]) {
    const xml = key ? decryptMessage(key, keys.appid, encrypted) : null
    if (key && xml !== null) return { xml, key }
  }
  throw badXml('the envelope cannot be opened')
}
