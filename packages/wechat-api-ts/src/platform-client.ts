// The client of a third-party platform, which acts for accounts whose owners authorised it.
import { readToken, type TokenAnswer } from './account-token.ts'
import { createAsk, createBareAsk } from './ask.ts'
import { needSecret, officialUrl } from './client.ts'
import { onTokenEndpoint } from './errcodes.ts'
import { WechatUnreachable } from './errors.ts'
import { createExchange, type Exchange } from './http.ts'
import {
  platformCalls,
  type Authorization,
  type Authorizer,
  type ListedAccount,
  type TokenPair,
} from './platform-calls.ts'
import {
  createTokenKeeper,
  memoryTokenStore,
  type StoredToken,
  type TokenKeeper,
  type TokenStore,
} from './tokens.ts'
import { bindTopics, type AccountCalls } from './topics.ts'

export type PlatformOptions = {
  appid: string
  secret: string
  /** Returns the newest component_verify_ticket that was pushed, or null if there is none yet. */
  ticket: () => Promise<string | null>
  /**
   * Where the tokens of all accounts are stored. The store must be reliable: if the refresh token
   * of an account is lost, its owner has to authorise again.
   */
  tokens?: TokenStore
  baseUrl?: string | readonly string[]
  now?: () => number
}

export type AuthorizedClient = AccountCalls & { accessToken: () => Promise<string> }

export type WechatPlatform = {
  accessToken: () => Promise<string>
  /** Asks WeChat to start pushing tickets, which then come every ten minutes. */
  startTickets: () => Promise<void>
  preAuthCode: () => Promise<{ pre_auth_code: string; expires_in: number }>
  /**
   * Exchanges the code that was pushed or came back to the page; this works once. The account's
   * tokens are put into the store.
   */
  authorize: (authorizationCode: string) => Promise<Authorization>
  authorizerInfo: (appid: string) => Promise<Authorizer>
  /** Lists the accounts that authorised the platform, at most 500 per page. */
  authorizers: (page: {
    offset: number
    count: number
  }) => Promise<{ total_count: number; list: ListedAccount[] }>
  /** A client for an account that authorised the platform. */
  account: (appid: string) => AuthorizedClient
}

type Platform = {
  appid: string
  secret: string
  tokens: TokenStore
  now: () => number
  exchange: Exchange
}

export function createPlatform(options: PlatformOptions): WechatPlatform {
  const {
    appid,
    secret,
    ticket,
    tokens = memoryTokenStore(),
    baseUrl = officialUrl,
    now = Date.now,
  } = options
  needSecret(appid, secret)
  const platform: Platform = { appid, secret, tokens, now, exchange: createExchange(baseUrl) }
  const own = ownKeeper(platform, ticket)
  const ask = createAsk({
    exchange: platform.exchange,
    secrets: [secret],
    keeper: own,
    tokenName: 'component_access_token',
  })
  const calls = platformCalls(ask, appid)
  return {
    accessToken: () => own.obtain(null),
    startTickets: () => startTickets(platform),
    preAuthCode: calls.preAuthCode,
    authorizerInfo: calls.authorizerInfo,
    authorizers: async (page) => {
      const { total_count, list } = await calls.authorizers(page)
      return {
        total_count,
        list: list.map(({ authorizer_appid, auth_time }) => ({ authorizer_appid, auth_time })),
      }
    },
    authorize: async (authorizationCode) => {
      const askedAt = now()
      const {
        authorization_info: { authorizer_appid, func_info, ...pair },
      } = await calls.queryAuth(authorizationCode)
      await tokens.renew(keyOf(platform, authorizer_appid), async (newest) =>
        readPair(pair, newest, askedAt),
      )
      return { authorizer_appid, func_info }
    },
    account: (authorizer) => accountOf(platform, authorizer, calls.refresh),
  }
}

const keyOf = (platform: Platform, authorizer: string) => `${platform.appid}:${authorizer}`

function ownKeeper(
  { appid, secret, tokens, now, exchange }: Platform,
  ticket: PlatformOptions['ticket'],
): TokenKeeper {
  return createTokenKeeper({
    key: appid,
    tokens,
    now,
    fetch: async () => {
      const component_verify_ticket = await ticket()
      if (component_verify_ticket === null) throw new WechatUnreachable(false, 'no_ticket')
      const askedAt = now()
      const ask = createBareAsk({
        exchange,
        secrets: [secret, component_verify_ticket],
        advise: onTokenEndpoint,
      })
      const { component_access_token, expires_in } = await ask<{
        component_access_token?: unknown
        expires_in?: unknown
      }>({
        method: 'POST',
        path: '/cgi-bin/component/api_component_token',
        json: { component_appid: appid, component_appsecret: secret, component_verify_ticket },
      })
      return readToken({ access_token: component_access_token, expires_in }, askedAt)
    },
  })
}

async function startTickets({ appid, secret, exchange }: Platform): Promise<void> {
  const json = { component_appid: appid, component_secret: secret }
  const ask = createBareAsk({ exchange, secrets: [secret] })
  await ask({
    method: 'POST',
    path: '/cgi-bin/component/api_start_push_ticket',
    json,
    answer: 'done',
  })
}

type Refresh = (authorizer: string, refreshToken: string) => Promise<TokenPair>

function accountOf(platform: Platform, authorizer: string, refresh: Refresh): AuthorizedClient {
  const { exchange, secret, tokens, now } = platform
  const keeper = createTokenKeeper({
    key: keyOf(platform, authorizer),
    tokens,
    now,
    fetch: async (newest) => {
      if (!newest?.refreshToken) throw new WechatUnreachable(false, 'not_authorized')
      const askedAt = now()
      return readPair(await refresh(authorizer, newest.refreshToken), newest, askedAt)
    },
  })
  const asker = { exchange, secrets: [secret] }
  const wire = {
    appid: authorizer,
    ask: createAsk({ ...asker, keeper }),
    askBare: createBareAsk(asker),
  }
  return { ...bindTopics(wire), accessToken: () => keeper.obtain(null) }
}

// If no new refresh token was sent, the previous one is still valid.
function readPair(pair: TokenPair, newest: StoredToken | null, askedAt: number): StoredToken {
  const { authorizer_access_token, authorizer_refresh_token: next, ...rest } = pair
  const refreshToken = typeof next === 'string' && next ? next : newest?.refreshToken
  const answer: TokenAnswer = { ...rest, access_token: authorizer_access_token }
  return { ...readToken(answer, askedAt), ...(refreshToken && { refreshToken }) }
}
