// Calls that a third-party platform (第三方平台, "component") makes for itself.
import type { Ask } from './call.ts'

export type AuthorizerInfo = {
  nick_name: string
  head_img?: string
  /** The kind of account: `id` 0 or 1 is a subscription account, 2 a service account. */
  service_type_info: { id: number }
  /** How WeChat verified the account; `id` -1 means that it is not verified. */
  verify_type_info: { id: number }
  /** The original id of the account, beginning with `gh_`. */
  user_name: string
  principal_name: string
  alias?: string
  qrcode_url?: string
  business_info?: { [name: string]: 0 | 1 }
}
export type GrantedScope = { funcscope_category: { id: number } }
export type Authorization = { authorizer_appid: string; func_info: GrantedScope[] }
export type Authorizer = { authorizer_info: AuthorizerInfo; authorization_info: Authorization }
export type ListedAccount = { authorizer_appid: string; auth_time: number }
export type TokenPair = {
  authorizer_access_token: string
  expires_in: number
  authorizer_refresh_token?: string
}

const path = '/cgi-bin/component'

export const platformCalls = (ask: Ask, component_appid: string) => {
  const post = <Out>(name: string, json: object, secrets: string[] = []) =>
    ask<Out>({
      method: 'POST',
      path: `${path}/${name}`,
      json: { component_appid, ...json },
      secrets,
    })
  return {
    /**
     * Gets the code with which an owner is sent to WeChat's authorisation page. Each authorisation
     * needs a new one, which is valid for `expires_in` seconds.
     */
    preAuthCode: () =>
      post<{ pre_auth_code: string; expires_in: number }>('api_create_preauthcode', {}),
    queryAuth: (authorization_code: string) =>
      post<{ authorization_info: Authorization & TokenPair }>(
        'api_query_auth',
        { authorization_code },
        [authorization_code],
      ),
    refresh: (authorizer_appid: string, authorizer_refresh_token: string) =>
      post<TokenPair>('api_authorizer_token', { authorizer_appid, authorizer_refresh_token }, [
        authorizer_refresh_token,
      ]),
    authorizerInfo: (authorizer_appid: string) =>
      post<Authorizer>('api_get_authorizer_info', { authorizer_appid }),
    authorizers: (page: { offset: number; count: number }) =>
      post<{ total_count: number; list: (ListedAccount & { refresh_token: string })[] }>(
        'api_get_authorizer_list',
        page,
      ),
  }
}
