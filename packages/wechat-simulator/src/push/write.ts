import { randomBytes, randomInt } from 'node:crypto'
import { seal, sign } from '../wire/crypto.ts'
import { writeJson } from '../wire/json.ts'
import { writeFields } from '../wire/xml.ts'
import type { Fields } from '../wire/xml.ts'
import type { Receiver } from './receiver.ts'

/**
 * Ways to tamper with a push. A careful receiver must refuse it, except for previousKey, which must
 * still be accepted.
 */
export const tampers = ['signature', 'appid', 'key', 'previousKey', 'half', 'clock'] as const
export type Tamper = (typeof tampers)[number]

export type Letter = {
  receiver: Receiver
  /** The content of the push, as XML or JSON, whichever its receiver has chosen. */
  xml: string
  /** Fields that stand unencrypted beside the encrypted text. */
  envelope: Fields
  openid?: string
  tamper?: Tamper
}

function boxOf({ receiver, tamper }: Letter): { encodingAesKey: string; appid: string } {
  const { encodingAesKey, previousAesKey, appid } = receiver
  if (tamper === 'appid') return { encodingAesKey, appid: 'wxffffffffffffffff' }
  if (tamper === 'key') {
    return { encodingAesKey: randomBytes(32).toString('base64').slice(0, 43), appid }
  }
  return {
    encodingAesKey:
      tamper === 'previousKey' && previousAesKey !== '' ? previousAesKey : encodingAesKey,
    appid,
  }
}

function bodyOf(letter: Letter, sealed: string): string {
  const { envelope, xml } = letter
  const { mode, format } = letter.receiver
  if (format === 'json') {
    const twin = mode === 'safe' ? writeJson(envelope) : xml
    return twin.replace(/\s*\}\s*$/, () => `,"Encrypt":${JSON.stringify(sealed)}}`)
  }
  if (mode === 'safe') {
    return `<xml>\n    ${writeFields({ ...envelope, Encrypt: sealed }).replaceAll('\n', '\n    ')}\n</xml>`
  }
  return xml.replace(/\s*<\/xml>\s*$/, (end) => `\n${writeFields({ Encrypt: sealed })}${end}`)
}

/**
 * Writes the request of one attempt to deliver a push. Each attempt has a new nonce, time and
 * ciphertext.
 */
export function writeLetter(letter: Letter, now: number): { url: URL; body: string } {
  const { receiver, openid, tamper } = letter
  const timestamp = String(Math.floor(now / 1000) - (tamper === 'clock' ? 3600 : 0))
  const nonce = String(randomInt(100_000_000, 2_000_000_000))
  const url = new URL(receiver.url)
  const spoil = (signature: string): string =>
    signature.replace(/^./, (first) => (first === '0' ? '1' : '0'))
  const wrong = (signature: string): string =>
    tamper === 'signature' ? spoil(signature) : signature
  const query: Record<string, string> = {
    signature: wrong(sign(receiver.token, timestamp, nonce)),
    timestamp,
    nonce,
    ...(openid === undefined ? {} : { openid }),
  }
  let body = letter.xml
  if (receiver.mode !== 'plain') {
    const sealed = seal(letter.xml, boxOf(letter))
    Object.assign(query, {
      encrypt_type: 'aes',
      msg_signature: wrong(sign(receiver.token, timestamp, nonce, sealed)),
    })
    body = bodyOf(letter, sealed)
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return { url, body: tamper === 'half' ? body.slice(0, Math.ceil(body.length / 2)) : body }
}
