import { pushTicket } from '../platform/notices.ts'
import type { Body } from '../http.ts'
import { grant, takeGrant } from '../state/grants.ts'
import type { Store } from '../state/store.ts'
import { keyOf } from '../state/tables.ts'
import type { Account, Authorization, Component } from '../types.ts'
import { needText, ofComponent, open, refuse } from './call.ts'
import type { Answer, ComponentCall, Endpoints, Request } from './call.ts'
import { checkAddress, issueToken, secondsLeft } from './tokens.ts'

const ticketLife = 12 * 3600_000
const half = 1800

function whoAsks(request: Request, secretName: string): { component: Component; body: Body } {
  if (request.text === '') refuse(44002)
  const body = request.body ?? refuse(47001)
  const component =
    request.store.components.get(needText(body, 'component_appid', 41018)) ?? refuse(61011)
  if (body[secretName] !== component.appSecret) refuse(40125)
  checkAddress(request, component.ipWhitelist, 61004)
  return { component, body }
}

function startTickets(request: Request): undefined {
  const { component } = whoAsks(request, 'component_secret')
  pushTicket(request.store, component).catch(() => undefined)
}

function componentToken(request: Request): Answer {
  const { store } = request
  const { component, body } = whoAsks(request, 'component_appsecret')
  const given =
    component.tickets.find((one) => one.ticket === body['component_verify_ticket']) ?? refuse(61006)
  if (given.at + ticketLife <= store.now()) refuse(61005)
  const token = issueToken(store, { appid: component.componentAppid, kind: 'component' })
  return { component_access_token: token.token, expires_in: secondsLeft(store, token) }
}

function preAuthCode({ store, component }: ComponentCall): Answer {
  const made = grant(
    store,
    { kind: 'preauth', appid: '', component: component.componentAppid },
    half * 1000,
  )
  return { pre_auth_code: made.code, expires_in: half }
}

const scopesOf = (given: Authorization): object[] =>
  given.scopes.map((id) => ({ funcscope_category: { id } }))

/**
 * Creates a new token with which a platform can act for an account that authorised it. The previous
 * token stays valid for five minutes.
 */
function authorizerToken(store: Store, given: Authorization): Answer {
  for (const old of store.tokens.values()) {
    const isTheirs =
      old.kind === 'authorizer' &&
      old.appid === given.appid &&
      old.component === given.componentAppid
    if (isTheirs) old.supersededAt ??= store.now() + 300_000
  }
  const token = issueToken(store, {
    appid: given.appid,
    component: given.componentAppid,
    kind: 'authorizer',
  })
  return {
    authorizer_access_token: token.token,
    expires_in: secondsLeft(store, token),
    authorizer_refresh_token: given.refreshToken,
  }
}

function queryAuth({ store, component, body }: ComponentCall): Answer {
  const code = takeGrant(store, body['authorization_code'], 'auth')
  if (code === 'expired') refuse(61010)
  if (typeof code === 'string' || code.component !== component.componentAppid) refuse(61009)
  const given =
    store.authorizations.get(keyOf(component.componentAppid, code.appid)) ?? refuse(61003)
  return {
    authorization_info: {
      authorizer_appid: code.appid,
      ...authorizerToken(store, given),
      func_info: scopesOf(given),
    },
  }
}

function authorizationIn({ store, component, body }: ComponentCall): Authorization {
  const appid = needText(body, 'authorizer_appid', 40013)
  return store.authorizations.get(keyOf(component.componentAppid, appid)) ?? refuse(61003)
}

function refresh(call: ComponentCall): Answer {
  const given = authorizationIn(call)
  return given.refreshToken === call.body['authorizer_refresh_token']
    ? authorizerToken(call.store, given)
    : refuse(61023)
}

const serviceTypes: Record<Account['kind'], number> = {
  subscription: 1,
  unverified: 1,
  service: 2,
  miniprogram: 0,
}

const miniProgramInfo = {
  network: { RequestDomain: [], WsRequestDomain: [], UploadDomain: [], DownloadDomain: [] },
  categories: [],
  visit_status: 0,
}

function authorizerInfo(call: ComponentCall): Answer {
  const given = authorizationIn(call)
  const account = call.store.accounts.get(given.appid) ?? refuse(40013)
  return {
    authorizer_info: {
      nick_name: account.name,
      head_img: '',
      service_type_info: { id: serviceTypes[account.kind] },
      verify_type_info: { id: account.kind === 'unverified' ? -1 : 0 },
      user_name: account.originalId,
      principal_name: account.name,
      alias: account.wechatId,
      qrcode_url: '',
      business_info: { open_store: 0, open_scan: 0, open_pay: 0, open_card: 0, open_shake: 0 },
      // Official accounts must not have this field, because its presence is how one recognises a
      // mini program.
      ...(account.kind === 'miniprogram' ? { MiniProgramInfo: miniProgramInfo } : {}),
    },
    authorization_info: {
      authorizer_appid: given.appid,
      authorizer_refresh_token: given.refreshToken,
      func_info: scopesOf(given),
    },
  }
}

function listAuthorizers({ store, component }: ComponentCall): Answer {
  const mine = [...store.authorizations.values()].filter(
    (one) => one.componentAppid === component.componentAppid,
  )
  return {
    total_count: mine.length,
    list: mine.map((one) => ({
      authorizer_appid: one.appid,
      refresh_token: one.refreshToken,
      auth_time: Math.floor(one.at / 1000),
    })),
  }
}

export const componentEndpoints: Endpoints = {
  '/cgi-bin/component/api_start_push_ticket': open(startTickets, { method: 'POST' }),
  '/cgi-bin/component/api_component_token': open(componentToken, { method: 'POST' }),
  '/cgi-bin/component/api_create_preauthcode': ofComponent(preAuthCode),
  '/cgi-bin/component/api_query_auth': ofComponent(queryAuth),
  '/cgi-bin/component/api_authorizer_token': ofComponent(refresh),
  '/cgi-bin/component/api_get_authorizer_info': ofComponent(authorizerInfo),
  '/cgi-bin/component/api_get_authorizer_list': ofComponent(listAuthorizers),
}
