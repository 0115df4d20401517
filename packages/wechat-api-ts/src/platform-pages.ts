// The addresses of WeChat's pages on which an owner authorises a third-party platform.

/**
 * Which accounts may be chosen: 1 official accounts, 2 mini programs, 3 both; or one account by its
 * appid.
 */
export type Authorizing = { componentAppid: string; preAuthCode: string; redirectUri: string } & (
  { authType: 1 | 2 | 3 } | { bizAppid: string }
)

/** The address of the authorisation page for a browser on a computer. */
export const authorizePage = (of: Authorizing) =>
  `https://mp.weixin.qq.com/cgi-bin/componentloginpage?${query(of)}`

/** The address of the authorisation page for use inside the WeChat app. */
export const authorizePageInWechat = (of: Authorizing) =>
  `https://open.weixin.qq.com/wxaopen/safe/bindcomponent?action=bindcomponent&no_scan=1&${query(of)}#wechat_redirect`

function query({ componentAppid, preAuthCode, redirectUri, ...whose }: Authorizing): string {
  return new URLSearchParams({
    component_appid: componentAppid,
    pre_auth_code: preAuthCode,
    redirect_uri: redirectUri,
    ...('bizAppid' in whose
      ? { biz_appid: whose.bizAppid }
      : { auth_type: String(whose.authType) }),
  }).toString()
}
