// Encrypts, decrypts and signs pushes. It is written from WeChat's description alone, without the
// SDK's code, because a mistake shared by both would go unnoticed.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

const block = 32

export function sign(...parts: string[]): string {
  return createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex')
}

function keyOf(encodingAesKey: string): Buffer {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64')
  if (key.length !== 32) throw new Error('EncodingAESKey must have 43 characters')
  return key
}

export function isAesKey(text: string): boolean {
  return /^[A-Za-z0-9+/]{43}$/.test(text)
}

export function seal(
  text: string,
  box: { encodingAesKey: string; appid: string; random?: Buffer },
): string {
  const key = keyOf(box.encodingAesKey)
  const message = Buffer.from(text, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(message.length)
  const content = Buffer.concat([
    box.random ?? randomBytes(16),
    length,
    message,
    Buffer.from(box.appid, 'ascii'),
  ])
  const pad = block - (content.length % block)
  // Turns off node's own padding, which fills blocks of 16 bytes, because WeChat pads to blocks of
  // 32.
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  return Buffer.concat([
    cipher.update(content),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64')
}

function withoutPadding(padded: Buffer): Buffer {
  const pad = padded.at(-1) ?? 0
  if (pad < 1 || pad > block || padded.length < pad) throw new Error('wrong padding')
  if (padded.subarray(-pad).some((byte) => byte !== pad)) throw new Error('wrong padding')
  return padded.subarray(0, -pad)
}

export function unseal(sealed: string, box: { encodingAesKey: string; appid: string }): string {
  const key = keyOf(box.encodingAesKey)
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0) {
    throw new Error('ciphertext has a wrong length')
  }
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(bytes), decipher.final()])
  const content = withoutPadding(padded)
  if (content.length < 20) throw new Error('content too short')
  const end = 20 + content.readUInt32BE(16)
  if (end > content.length) throw new Error('wrong message length')
  if (content.subarray(end).toString('ascii') !== box.appid) {
    throw new Error('belongs to another appid')
  }
  return content.subarray(20, end).toString('utf8')
}
