// Access tokens in the cache, so that all processes use one: a second one fetched would end the first. Sealed, because who reads
// the cache could speak for the account.
import { memoryTokenStore, type StoredToken, type TokenStore } from 'wechat-api-ts'
import type { Needs } from '../ports.ts'

export function openTokenStore({ cache, secrets, clock }: Needs<'cache' | 'secrets' | 'clock'>): TokenStore {
  // where the cache forgets or is away, this process still knows its own
  const own = memoryTokenStore()
  const keyOf = (appid: string) => `token:${appid}`
  const read = (appid: string, sealed: string): StoredToken | null => {
    try {
      return JSON.parse(secrets.open(sealed, keyOf(appid))) as StoredToken
    } catch {
      // sealed by an installation with another key: of no use, and overwritten with the next
      return null
    }
  }
  const share = async (appid: string, token: StoredToken): Promise<void> => {
    const ttl = token.expiresAt - clock.now()
    if (ttl > 0) await cache.set(keyOf(appid), secrets.seal(JSON.stringify(token), keyOf(appid)), ttl)
  }
  return {
    get: async (appid) => {
      const sealed = await cache.get(keyOf(appid))
      const shared = sealed === null ? null : read(appid, sealed)
      if (shared) return shared
      const mine = await own.get(appid)
      if (mine) await share(appid, mine)
      return mine
    },
    set: async (appid, token) => {
      await own.set(appid, token)
      await share(appid, token)
    },
  }
}
