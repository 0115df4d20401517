/** `expiresAt` in milliseconds. */
export type StoredToken = { token: string; expiresAt: number }

export type TokenStore = {
  get: (appid: string) => Promise<StoredToken | null>
  set: (appid: string, token: StoredToken) => Promise<void>
}

export type TokenKeeper = {
  /** A token that is valid, and not the one given. */
  obtain: (except: string | null) => Promise<string>
}

type Flight = Promise<string>
type Source = { appid: string; tokens: TokenStore; now: () => number; fetch: (force: boolean) => Promise<StoredToken> }

const renewBefore = 300_000

// Per store, so that several clients of one account share a flight.
const flightsOf = new WeakMap<TokenStore, Map<string, Flight>>()

export function memoryTokenStore(): TokenStore {
  const kept = new Map<string, StoredToken>()
  return {
    get: async (appid) => kept.get(appid) ?? null,
    set: async (appid, token) => { kept.set(appid, token) },
  }
}

export function createTokenKeeper(source: Source): TokenKeeper {
  const flights = flightsOf.get(source.tokens) ?? new Map<string, Flight>()
  flightsOf.set(source.tokens, flights)
  async function obtain(except: string | null): Promise<string> {
    for (;;) {
      const joined = flights.get(source.appid)
      if (!joined) return start(except)
      const token = await joined
      if (token !== except) return token
    }
  }
  function start(except: string | null): Flight {
    const flight = fly(source, except).finally(() => flights.delete(source.appid))
    flights.set(source.appid, flight)
    return flight
  }
  return { obtain }
}

async function fly(source: Source, except: string | null): Promise<string> {
  const stored = await source.tokens.get(source.appid)
  if (stored && stored.token !== except && stored.expiresAt - renewBefore > source.now()) return stored.token
  let fresh = await source.fetch(false)
  // The platform still believes in the token it just refused. Forcing kills it for everybody, so it comes second.
  if (fresh.token === except) fresh = await source.fetch(true)
  await source.tokens.set(source.appid, fresh)
  return fresh.token
}
