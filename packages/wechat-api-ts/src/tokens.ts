// One token an account, however many processes. Who shares a store shares its tokens, and renews them one at a time.

/** Times in milliseconds. */
export type StoredToken = {
  token: string
  expiresAt: number
  /** Of an account that a third-party platform speaks for. Without it the owner has to authorise again, so keep it well. */
  refreshToken?: string
  /** When WeChat was last made to replace the token. */
  forcedAt?: number
}

export type TokenStore = {
  get: (key: string) => Promise<StoredToken | null>
  /**
   * Calls `renew` with the newest token, and keeps what it answers. For one key never two at once, in all processes that share
   * the store. Who cannot wait any longer throws.
   */
  renew: (
    key: string,
    renew: (newest: StoredToken | null) => Promise<StoredToken>,
  ) => Promise<StoredToken>
}

export type TokenKeeper = {
  /** A token that is valid and, unless there is none, not the one that was refused. */
  obtain: (refused: string | null) => Promise<string>
}

type Source = {
  key: string
  tokens: TokenStore
  now: () => number
  fetch: (newest: StoredToken | null, refused: string | null) => Promise<StoredToken>
}

// WeChat gives the same token until five minutes before its end, then a new one, and takes both: asked a minute later it never
// gives the old one again.
const renewBefore = 240_000

export function memoryTokenStore(): TokenStore {
  const kept = new Map<string, StoredToken>()
  const lanes = new Map<string, Promise<unknown>>()
  return {
    get: async (key) => kept.get(key) ?? null,
    renew: (key, renew) => {
      const before = lanes.get(key) ?? Promise.resolve()
      const mine = before
        .catch(() => undefined)
        .then(async () => {
          const token = await renew(kept.get(key) ?? null)
          kept.set(key, token)
          return token
        })
      lanes.set(key, mine)
      return mine
    },
  }
}

export function createTokenKeeper({ key, tokens, now, fetch }: Source): TokenKeeper {
  // Those for whom the same token was refused wait for one renewal. Who comes later finds the new token in the store.
  const flights = new Map<string | null, Promise<string>>()
  const serves = (stored: StoredToken | null, refused: string | null): stored is StoredToken =>
    stored !== null && stored.token !== refused && stored.expiresAt - renewBefore > now()

  const renew = (refused: string | null): Promise<string> => {
    const flight = tokens
      .renew(key, async (newest) => (serves(newest, refused) ? newest : fetch(newest, refused)))
      .then(({ token }) => token)
      .finally(() => flights.delete(refused))
    flights.set(refused, flight)
    return flight
  }
  return {
    obtain: async (refused) => {
      const stored = await tokens.get(key)
      return serves(stored, refused) ? stored.token : (flights.get(refused) ?? renew(refused))
    },
  }
}
