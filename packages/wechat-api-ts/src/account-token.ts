// Fetches access tokens for an account. WeChat offers two kinds: stable ones and classic ones.
import type { Ask } from './call.ts'
import { WechatUnreachable } from './errors.ts'
import type { StoredToken } from './tokens.ts'

type AccountTokenSource = { appid: string; secret: string; ask: Ask; now: () => number }
export type TokenKind = 'stable' | 'classic'
export type FetchToken = (
  newest: StoredToken | null,
  refused: string | null,
) => Promise<StoredToken>

// WeChat allows twenty forced renewals of a stable token a day, so they are made at least 75
// minutes apart.
const forcedAtMostEvery = 75 * 60_000

/**
 * Fetches a stable token. WeChat gives the same one to everybody who asks for it with the account's
 * secret.
 */
export const stableToken =
  ({ appid, secret, ask, now }: AccountTokenSource): FetchToken =>
  async (newest, refused) => {
    const get = async (force: boolean): Promise<StoredToken> => {
      const askedAt = now()
      return readToken(
        await ask({
          method: 'POST',
          path: '/cgi-bin/stable_token',
          json: { grant_type: 'client_credential', appid, secret, force_refresh: force },
        }),
        askedAt,
      )
    }
    const fresh = await get(false)
    if (fresh.token !== refused) return fresh
    // WeChat sometimes refuses a token that it still gives out. Forcing a new one invalidates the
    // old one for everybody and is limited per day, so it is the last resort.
    const forcedAt = newest?.forcedAt ?? -Infinity
    if (now() - forcedAt < forcedAtMostEvery) return { ...fresh, forcedAt }
    return { ...(await get(true)), forcedAt: now() }
  }

/**
 * Fetches a classic token. Each request gets a new one, and the previous one stays valid for five
 * more minutes.
 */
export const classicToken =
  ({ appid, secret, ask, now }: AccountTokenSource): FetchToken =>
  async () => {
    const askedAt = now()
    const query = { grant_type: 'client_credential', appid, secret }
    return readToken(await ask({ method: 'GET', path: '/cgi-bin/token', query }), askedAt)
  }

export type TokenAnswer = { access_token?: unknown; expires_in?: unknown }

export function readToken(
  { access_token: token, expires_in: lifetime }: TokenAnswer,
  askedAt: number,
): StoredToken {
  if (typeof token !== 'string' || !token || typeof lifetime !== 'number') {
    throw new WechatUnreachable(true, 'no_token')
  }
  return { token, expiresAt: askedAt + lifetime * 1000 }
}
