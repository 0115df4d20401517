// The two ways in which WeChat gives an account its token.
import type { Ask } from './call.ts'
import { WechatUnreachable } from './errors.ts'
import type { StoredToken } from './tokens.ts'

type Source = { appid: string; secret: string; ask: Ask; now: () => number }
export type TokenKind = 'stable' | 'classic'
export type FetchToken = (
  newest: StoredToken | null,
  refused: string | null,
) => Promise<StoredToken>

// Twenty times a day.
const forcedAtMostEvery = 75 * 60_000

/** The same for everybody who asks. */
export const stableToken =
  ({ appid, secret, ask, now }: Source): FetchToken =>
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
    // WeChat still believes in the token it has just refused. Forcing kills it for everybody and is counted, so it comes last.
    const forcedAt = newest?.forcedAt ?? -Infinity
    if (now() - forcedAt < forcedAtMostEvery) return { ...fresh, forcedAt }
    return { ...(await get(true)), forcedAt: now() }
  }

/** A new one for each who asks; the one before is good for five minutes more. */
export const classicToken =
  ({ appid, secret, ask, now }: Source): FetchToken =>
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
