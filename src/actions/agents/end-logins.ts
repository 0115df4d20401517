import type { Needs, Unit } from '../../ports.ts'

export const loginKey = (hash: string) => `login:${hash}`
export const permKey = (uid: number) => `perm:${uid}`
export const seenKey = (hash: string) => `login:${hash}:seen`

/**
 * Ends all sign-ins of a person, optionally except the one that makes the call. Returns their
 * hashes, which must be removed from the cache after the commit.
 */
export async function endLoginsOf(
  unit: Unit,
  uid: number,
  except: string | null = null,
): Promise<string[]> {
  const hashes = (await unit.logins.hashesOf(uid)).filter((hash) => hash !== except)
  for (const hash of hashes) await unit.logins.end(hash)
  return hashes
}

export async function forgetLogins(needs: Needs<'cache' | 'bus'>, hashes: string[]): Promise<void> {
  for (const hash of hashes) {
    await needs.cache.delete(loginKey(hash))
    await needs.cache.delete(seenKey(hash))
    needs.bus.publish('login', hash)
  }
}

/**
 * Deletes the cached rights of these people, so that they are read again. It must be called when a
 * person's role, name, company or enabled state changed.
 */
export async function forgetRights(needs: Needs<'cache'>, uids: number[]): Promise<void> {
  for (const uid of new Set(uids)) await needs.cache.delete(permKey(uid))
}
