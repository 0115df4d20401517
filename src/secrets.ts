// Encrypts secrets of accounts and platforms, and access tokens, with AES-256-GCM. The place where
// a value is stored (such as company, account and column) is authenticated too, so that it does not
// decrypt in another place.
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

export type Secrets = {
  seal: (plain: string, place: string) => string
  open: (sealed: string, place: string) => string
}

/**
 * The name under which a secret of a third-party platform is encrypted. The secret cannot be
 * decrypted under another name.
 */
export const platformPlace = (componentAppid: string, column: string) =>
  `platform:${componentAppid}:${column}`

export function openSecrets(key: string): Secrets {
  const secret = createHash('sha256').update(key).digest()
  return {
    seal: (plain, place) => {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', secret, iv).setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return `v1.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64')}`
    },
    open: (sealed, place) => {
      const bytes = Buffer.from(sealed.slice(3), 'base64')
      const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, 12))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    },
  }
}
