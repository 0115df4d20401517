// Calls that use the account's secret instead of a token: sign-in on web pages (网页授权), and
// resetting quotas that are used up.
import type { Wire } from '../call.ts'

export type WebToken = {
  access_token: string
  expires_in: number
  refresh_token: string
  openid: string
  scope: string
  unionid?: string
  /**
   * Set if the page was viewed without the visitor's consent; the openid then belongs to nobody.
   */
  is_snapshotuser?: 1
}
export type RefreshedWebToken = Omit<WebToken, 'unionid' | 'is_snapshotuser'>
export type WebUser = {
  openid: string
  nickname: string
  sex: number
  province: string
  city: string
  country: string
  headimgurl: string
  privilege: string[]
  unionid?: string
}

export type OwnWire = Wire & { secret: string }
type OfUser = { access_token: string; openid: string }

export const oauth = {
  /**
   * Exchanges the `code` that came back to the web page for a token. This works once and within
   * five minutes.
   */
  token:
    ({ askBare, appid, secret }: OwnWire) =>
    ({ code }: { code: string }): Promise<WebToken> =>
      askBare({
        method: 'GET',
        path: '/sns/oauth2/access_token',
        secrets: [code],
        query: { appid, secret, code, grant_type: 'authorization_code' },
      }),
  refresh:
    ({ askBare, appid }: OwnWire) =>
    ({ refresh_token }: { refresh_token: string }): Promise<RefreshedWebToken> =>
      askBare({
        method: 'GET',
        path: '/sns/oauth2/refresh_token',
        secrets: [refresh_token],
        query: { appid, grant_type: 'refresh_token', refresh_token },
      }),
  user:
    ({ askBare }: OwnWire) =>
    (input: OfUser & { lang?: 'zh_CN' | 'zh_TW' | 'en' }): Promise<WebUser> =>
      askBare({
        method: 'GET',
        path: '/sns/userinfo',
        query: input,
        secrets: [input.access_token],
      }),
  /** Asks WeChat whether a token for web pages is still valid; the call is refused if it is not. */
  check:
    ({ askBare }: OwnWire) =>
    async (input: OfUser): Promise<void> => {
      await askBare({
        method: 'GET',
        path: '/sns/auth',
        query: input,
        secrets: [input.access_token],
        answer: 'done',
      })
    },
}

export const bySecret = {
  /**
   * Resets the account's used-up quotas of calls, with the secret instead of a token, so it also
   * works when no call with a token is left. Appid and secret are sent in the query as well as in
   * the body, because older documents expect them in the query.
   */
  clearQuota:
    ({ askBare, appid, secret }: OwnWire) =>
    async (): Promise<void> => {
      const both = { appid, appsecret: secret }
      await askBare({
        method: 'POST',
        path: '/cgi-bin/clear_quota/v2',
        query: both,
        json: both,
        answer: 'done',
      })
    },
}

type OauthPage = {
  appid: string
  redirectUri: string
  scope: 'snsapi_base' | 'snsapi_userinfo'
  state?: string
}

/**
 * The address to which a page sends its visitor for sign-in. WeChat requires this order of the
 * parameters.
 */
export function oauthPage({ appid, redirectUri, scope, state = '' }: OauthPage): string {
  const parameters = [
    ['appid', appid],
    ['redirect_uri', redirectUri],
    ['response_type', 'code'],
    ['scope', scope],
    ['state', state],
  ]
  const query = parameters
    .map(([name = '', value = '']) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  return `https://open.weixin.qq.com/connect/oauth2/authorize?${query}#wechat_redirect`
}
