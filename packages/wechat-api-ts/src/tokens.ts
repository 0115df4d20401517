// Keeps one token per account, however many processes run. Processes that share a store share its
// tokens and renew them one at a time.

/** A token as it is stored. Times are in milliseconds since 1970. */
export type StoredToken = {
  token: string
  expiresAt: number
  /**
   * The refresh token, which only accounts of a third-party platform have. If it is lost, the owner
   * has to authorise the platform again.
   */
  refreshToken?: string
  /** When WeChat was last forced to replace the token. */
  forcedAt?: number
}

export type TokenStore = {
  get: (key: string) => Promise<StoredToken | null>
  /**
   * Calls `renew` with the newest token and stores the result. For each key only one renewal runs
   * at a time, over all processes that share the store. Throws if waiting takes too long.
   */
  renew: (
    key: string,
    renew: (newest: StoredToken | null) => Promise<StoredToken>,
  ) => Promise<StoredToken>
}

export type TokenKeeper = {
  /** Returns a valid token, if possible a different one than the one that was refused. */
  obtain: (refused: string | null) => Promise<string>
}

type TokenSource = {
  key: string
  tokens: TokenStore
  now: () => number
  fetch: (newest: StoredToken | null, refused: string | null) => Promise<StoredToken>
}

// WeChat returns the same token until five minutes before it expires. From then on it returns a new
// one, and accepts both for those five minutes. Asking a minute later makes sure that we get the
// new one.
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

export function createTokenKeeper({ key, tokens, now, fetch }: TokenSource): TokenKeeper {
  // If several calls were refused with the same token, they wait together for one renewal. Later
  // calls find the new token in the store.
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
