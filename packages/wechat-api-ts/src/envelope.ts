import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'
import type { PushFormat } from './fields.ts'
import { cdata, utf8Json } from './text.ts'
import { signature } from './sign.ts'

const block = 32

/**
 * Decodes the 43 characters shown in WeChat's console into a key of 32 bytes; null if they are
 * invalid.
 */
export function aesKey(encodingAesKey: string): Buffer | null {
  // the last character may contain two unused bits, which WeChat's console accepts but a strict
  // base64 decoder would not
  const key = /^[A-Za-z0-9+/]{43}$/.test(encodingAesKey)
    ? Buffer.from(`${encodingAesKey}=`, 'base64')
    : null
  return key?.length === 32 ? key : null
}

/**
 * Decrypts the message in an envelope, or returns null. All failures look alike, and no comparison
 * ends at the first wrong byte, so that an attacker learns nothing from them.
 */
export function decryptMessage(
  encodingAesKey: string,
  appid: string,
  encrypted: string,
): string | null {
  const key = aesKey(encodingAesKey)
  const plain = key && decipher(key, Buffer.from(encrypted, 'base64'))
  return plain && messageIn(plain, Buffer.from(appid))
}

function messageIn(plain: Buffer, appid: Buffer): string | null {
  const end = plain.length - plain.readUInt8(plain.length - 1)
  if (end < 20) return null
  const isPadded = hasPadding(plain.subarray(end))
  const messageEnd = 20 + plain.readUInt32BE(16)
  const tail = plain.subarray(Math.min(messageEnd, end), end)
  const isOurs = tail.length === appid.length && timingSafeEqual(tail, appid)
  return isPadded && isOurs ? plain.toString('utf8', 20, messageEnd) : null
}

/** Checks all bytes even after a wrong one, so that the time reveals nothing. */
function hasPadding(padding: Buffer): boolean {
  let wrong = padding.length > block || padding.length < 1 ? 1 : 0
  for (const byte of padding) wrong |= byte ^ padding.length
  return wrong === 0
}

function decipher(key: Buffer, encrypted: Buffer): Buffer | null {
  if (encrypted.length === 0 || encrypted.length % 16 !== 0) return null
  // Node's own check of the padding is turned off, because it expects blocks of 16 bytes, and
  // WeChat pads to blocks of 32.
  const cipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([cipher.update(encrypted), cipher.final()])
}

export function encryptMessage(encodingAesKey: string, appid: string, message: string): string {
  return encryptWith({ encodingAesKey, appid, random: randomBytes(16) }, message)
}

export function encryptWith(
  by: { encodingAesKey: string; appid: string; random: Buffer },
  message: string,
): string {
  const key = aesKey(by.encodingAesKey)
  if (!key) throw new TypeError('the EncodingAESKey must have 43 letters and digits')
  const body = Buffer.from(message)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([by.random, length, body, Buffer.from(by.appid)])
  const pad = block - (plain.length % block)
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64')
}

export function replyEnvelope(
  token: string,
  encrypted: string,
  at: { timestamp: string; nonce: string; format: PushFormat },
): string {
  const signed = signature([token, at.timestamp, at.nonce, encrypted])
  if (at.format === 'json') {
    return utf8Json({
      Encrypt: encrypted,
      MsgSignature: signed,
      TimeStamp: Number(at.timestamp),
      Nonce: at.nonce,
    })
  }
  return (
    `<xml><Encrypt>${cdata(encrypted)}</Encrypt><MsgSignature>${cdata(signed)}</MsgSignature>` +
    `<TimeStamp>${at.timestamp}</TimeStamp><Nonce>${cdata(at.nonce)}</Nonce></xml>`
  )
}
