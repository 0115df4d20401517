// The client of an account that calls WeChat with its own appid and secret, and not through a
// third-party platform.
import { classicToken, stableToken, type TokenKind } from './account-token.ts'
import { createAsk, createBareAsk } from './ask.ts'
import { bind, type Bound } from './call.ts'
import { bySecret, oauth } from './calls/by-secret.ts'
import { onTokenEndpoint } from './errcodes.ts'
import { createExchange } from './http.ts'
import { createTokenKeeper, memoryTokenStore, type TokenStore } from './tokens.ts'
import { bindTopics, type AccountCalls } from './topics.ts'

export type ClientOptions = {
  appid: string
  secret: string
  /**
   * Where tokens are stored, shared by all processes that use the account. Without it this client
   * keeps its own token.
   */
  tokens?: TokenStore
  /**
   * Which kind of token is used, by default `stable`: several servers can each ask for such a token
   * without invalidating it for one another.
   */
  tokenKind?: TokenKind
  /**
   * Where WeChat's API is, by default at `https://api.weixin.qq.com`. If several addresses are
   * given, the next one is used only when no byte was sent to the previous one.
   */
  baseUrl?: string | readonly string[]
  /** Returns the present time in milliseconds since 1970; tests can give a clock of their own. */
  now?: () => number
}

export type WechatClient = AccountCalls & {
  oauth: Bound<typeof oauth>
  bySecret: Bound<typeof bySecret>
  /** Returns the token that this client uses, so that your other systems can use the same one. */
  accessToken: () => Promise<string>
}

export const officialUrl = 'https://api.weixin.qq.com'

export function needSecret(appid: string, secret: string): void {
  if (!appid || !secret) throw new TypeError('appid and secret are needed')
}

export function createClient(options: ClientOptions): WechatClient {
  const {
    appid,
    secret,
    tokens = memoryTokenStore(),
    tokenKind = 'stable',
    baseUrl = officialUrl,
    now = Date.now,
  } = options
  needSecret(appid, secret)
  const exchange = createExchange(baseUrl)
  const askBare = createBareAsk({ exchange, secrets: [secret] })
  const askForToken = createBareAsk({ exchange, secrets: [secret], advise: onTokenEndpoint })
  const fetchToken = tokenKind === 'stable' ? stableToken : classicToken
  const keeper = createTokenKeeper({
    key: appid,
    tokens,
    now,
    fetch: fetchToken({ appid, secret, ask: askForToken, now }),
  })
  const wire = { appid, secret, ask: createAsk({ exchange, secrets: [secret], keeper }), askBare }
  return {
    ...bindTopics(wire),
    oauth: bind(wire, oauth),
    bySecret: bind(wire, bySecret),
    accessToken: () => keeper.obtain(null),
  }
}
