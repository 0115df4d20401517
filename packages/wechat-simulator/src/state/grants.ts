import { randomBytes } from 'node:crypto'
import type { Grant } from '../types.ts'
import type { Store } from './store.ts'
import { put } from './tables.ts'

const beginnings: Record<Grant['kind'], string> = {
  preauth: 'preauthcode@@@',
  auth: 'queryauthcode@@@',
  oauth: '0',
  oauthToken: '7',
  oauthRefresh: '7',
}

export function grant(
  store: Store,
  given: Omit<Grant, 'code' | 'expiresAt' | 'used'>,
  lifeMs: number,
): Grant {
  for (const old of store.grants.values()) {
    if (old.expiresAt + 24 * 3600_000 < store.now()) store.grants.delete(old.code)
  }
  const code = `${beginnings[given.kind]}${randomBytes(48).toString('base64url')}`
  const made = put(store, 'grants', {
    ...given,
    code,
    expiresAt: store.now() + lifeMs,
    used: false,
  })
  store.save()
  return made
}

/** Uses up a code, which works only once. Returns the code, or the reason why it is not valid. */
export function takeGrant(
  store: Store,
  code: unknown,
  kind: Grant['kind'],
): Grant | 'unknown' | 'used' | 'expired' {
  const found = typeof code === 'string' ? store.grants.get(code) : undefined
  if (found?.kind !== kind) return 'unknown'
  if (found.used) return 'used'
  if (found.expiresAt <= store.now()) return 'expired'
  found.used = true
  store.save()
  return found
}
