// Access tokens: one per account or third-party platform, however many processes run. The database
// holds the token and the lease of the process that renews it; the cache saves reading the
// database. Both store it encrypted, because whoever reads a token could act for the account.
import type { StoredToken, TokenStore } from 'wechat-api-ts'
import type { AccessTokenRow } from '../../entities/index.ts'
import type { Needs } from '../ports.ts'

export type TokenNeeds = Needs<'store' | 'cache' | 'secrets' | 'clock' | 'ids'>
type TokenName = { companyId: string; key: string }
type Renew = (newest: StoredToken | null) => Promise<StoredToken>

// how long one process may renew a token before another may: longer than all calls of a renewal can
// take, of which a third-party platform may need four of 8 s each
const leaseMs = 40_000
const waitMs = 12_000
const lookEveryMs = 100

export function openTokenStore(needs: TokenNeeds, companyId: string): TokenStore {
  return {
    get: async (key) => {
      const name = { companyId, key }
      const cached = open(needs, key, await needs.cache.get(cacheKey(name)))
      if (cached) return cached
      return share(needs, name, await needs.store.read.tokens.find(name))
    },
    renew: async (key, renew) => {
      const name = { companyId, key }
      const { lease, row } = await takeLease(needs, name)
      try {
        return await renewRow(needs, { name, row }, renew)
      } finally {
        await needs.store.work('rest', (unit) => unit.tokens.release(name, lease))
      }
    },
  }
}

const cacheKey = ({ companyId, key }: TokenName) => `token:${companyId}:${key}`
/** The name under which a token is encrypted. */
const placeOf = (key: string) => `token:${key}`

/**
 * Decrypts a stored token. Null if there is none, or if it was encrypted with another key: then it
 * is useless, and the next renewal overwrites it.
 */
function open({ secrets }: TokenNeeds, key: string, sealed: string | null): StoredToken | null {
  if (sealed === null) return null
  try {
    return JSON.parse(secrets.open(sealed, placeOf(key))) as StoredToken
  } catch {
    return null
  }
}

async function share(
  needs: TokenNeeds,
  name: TokenName,
  row: Pick<AccessTokenRow, 'sealed' | 'expires_at'> | null,
): Promise<StoredToken | null> {
  const token = open(needs, name.key, row?.sealed ?? null)
  const ttl = (row?.expires_at ?? 0) - needs.clock.now()
  if (token && row?.sealed && ttl > 0) await needs.cache.set(cacheKey(name), row.sealed, ttl)
  return token
}

async function takeLease(
  needs: TokenNeeds,
  name: TokenName,
): Promise<{ lease: string; row: AccessTokenRow | null }> {
  const lease = needs.ids()
  for (const until = needs.clock.mono() + waitMs; needs.clock.mono() < until; await pause()) {
    const now = needs.clock.now()
    const seen = await needs.store.read.tokens.find(name)
    if (seen && seen.lease_token !== null && seen.lease_until > now) continue
    const taken = await needs.store.work('rest', async (unit) =>
      (await unit.tokens.lease({ ...name, token: lease, now, until: now + leaseMs }))
        ? { row: await unit.tokens.find(name) }
        : null,
    )
    if (taken) return { lease, row: taken.row }
  }
  throw new Error('another process is renewing this token and does not come to an end')
}

const pause = () =>
  new Promise((resolve) => {
    setTimeout(resolve, lookEveryMs)
  })

async function renewRow(
  needs: TokenNeeds,
  { name, row }: { name: TokenName; row: AccessTokenRow | null },
  renew: Renew,
): Promise<StoredToken> {
  const newest = open(needs, name.key, row?.sealed ?? null)
  const token = await renew(newest)
  if (token === newest) {
    // the token is put into the cache, because another process renewed it and the cache may not
    // know it yet
    await share(needs, name, row)
    return token
  }
  const after = {
    sealed: needs.secrets.seal(JSON.stringify(token), placeOf(name.key)),
    expiresAt: token.expiresAt,
  }
  const written = await needs.store.work('rest', (unit) =>
    unit.tokens.replace(name, row?.sealed ?? null, after),
  )
  if (written === 0) {
    return (await share(needs, name, await needs.store.read.tokens.find(name))) ?? token
  }
  await share(needs, name, { sealed: after.sealed, expires_at: after.expiresAt })
  return token
}
