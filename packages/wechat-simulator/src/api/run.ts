import { isText } from '../http.ts'
import type { Body } from '../http.ts'
import type { Store } from '../state/store.ts'
import { keyOf } from '../state/tables.ts'
import type { Account, Component, Token } from '../types.ts'
import { refuse, refuseIf } from './call.ts'
import type { Endpoint, Request, Result } from './call.ts'
import { endpoints } from './endpoints.ts'
import { mayWithScopes } from '../platform/scopes.ts'
import { checkToken } from './tokens.ts'
import { countCall } from './usage.ts'

function checkMethod(endpoint: Endpoint, method: string): void {
  if (endpoint.method === 'POST' && method !== 'POST') refuse(43002)
  if (endpoint.method === 'GET' && method !== 'GET') refuse(43001)
}

/** Whether a text contains a character beyond ASCII as \uXXXX, which WeChat refuses. */
function hasEscapes(text: string): boolean {
  return /(?<!\\)(\\\\)*\\u(?!00[0-7])[0-9a-f]{4}/i.test(text)
}

function readShape(endpoint: Endpoint, request: Request): Body {
  if (endpoint.body === 'parts') return request.parts === null ? refuse(41005) : {}
  if (endpoint.body === 'none') return request.body ?? {}
  if (request.text === '') refuse(44002)
  if (request.body === null) refuse(47001)
  return hasEscapes(request.text) ? refuse(40033) : request.body
}

/**
 * A token obtained through a third-party platform works only for what the account's owner permits.
 */
function checkAuthorization(store: Store, token: Token, path: string): void {
  if (token.kind !== 'authorizer') return
  const given = store.authorizations.get(keyOf(token.component ?? '', token.appid))
  if (given === undefined) refuse(61003)
  if (!mayWithScopes(path, given.scopes)) refuse(61007)
}

function checkAccount(request: Request, endpoint: Endpoint): { account: Account; token: Token } {
  const { store, path } = request
  const { token, errcode } = checkToken(store, request.accessToken)
  refuseIf(errcode)
  if (token === null || token.kind === 'component') refuse(40001)
  const account = store.accounts.get(token.appid) ?? refuse(40013)
  checkAuthorization(store, token, path)
  checkMethod(endpoint, request.method)
  if (endpoint.notFor?.includes(account.kind) === true) refuse(48001)
  countCall(store, account, { path, endpoint })
  return { account, token }
}

function checkComponent(
  request: Request,
  endpoint: Endpoint,
): { component: Component; body: Body } {
  checkMethod(endpoint, request.method)
  const { token, errcode } = checkToken(request.store, request.accessToken)
  refuseIf(errcode)
  if (token?.kind !== 'component') refuse(40001)
  const body = readShape(endpoint, request)
  const asked = body['component_appid']
  if (!isText(asked)) refuse(41018)
  const component = request.store.components.get(token.appid)
  return component === undefined || component.componentAppid !== asked
    ? refuse(61011)
    : { component, body }
}

export function run(request: Request): Result {
  const endpoint = Object.hasOwn(endpoints, request.path) ? endpoints[request.path] : undefined
  if (endpoint === undefined) {
    refuseIf(checkToken(request.store, request.accessToken).errcode)
    refuse(40066)
  }
  if (endpoint.auth === 'none') {
    checkMethod(endpoint, request.method)
    return endpoint.run(request)
  }
  if (endpoint.auth === 'component') {
    return endpoint.run({ ...request, ...checkComponent(request, endpoint) })
  }
  const speaker = checkAccount(request, endpoint)
  return endpoint.run({ ...request, ...speaker, body: readShape(endpoint, request) })
}
