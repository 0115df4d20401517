import { randomBytes } from 'node:crypto'
import { failWith, isText, optionalText, textOf } from '../http.ts'
import type { Body } from '../http.ts'
import { getAccount } from '../phone/people.ts'
import { request } from '../push/post.ts'
import { grant, takeGrant } from '../state/grants.ts'
import { seconds } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import { keyOf, put } from '../state/tables.ts'
import type { Account, Authorization, Component, Grant } from '../types.ts'
import { isAesKey } from '../wire/crypto.ts'
import { notify } from './notices.ts'
import type { Noticed } from './notices.ts'
import { allScopes } from './scopes.ts'

const hour = 3600_000

export function getComponent(store: Store, id: string): Component {
  const component = store.components.get(id)
  if (component === undefined) throw failWith(404, 'not_found', `no component ${id}`)
  return component
}

function address(body: Body, name: string): string {
  const url = textOf(body, name)
  if (URL.canParse(url) && /^https?:/.test(url)) return url
  throw failWith(400, 'invalid_input', `${name} must be an http:// or https:// address`)
}

export function saveComponent(store: Store, body: Body): { component: Component; isNew: boolean } {
  const componentAppid = textOf(body, 'componentAppid')
  const known = store.components.get(componentAppid)
  const encodingAesKey = textOf(body, 'encodingAesKey')
  if (!isAesKey(encodingAesKey)) {
    throw failWith(400, 'invalid_input', 'encodingAesKey must have 43 letters and digits')
  }
  const component = put(store, 'components', {
    ...(known ?? {
      tickets: [],
      nextTicketAt: store.now() + 600_000,
      ipWhitelist: null,
      name: componentAppid,
    }),
    componentAppid,
    appSecret: textOf(body, 'appSecret'),
    token: textOf(body, 'token'),
    encodingAesKey,
    ticketUrl: address(body, 'ticketUrl'),
    callbackUrl: address(body, 'callbackUrl'),
  })
  if (isText(body['name'])) component.name = body['name']
  if (Array.isArray(body['ipWhitelist'])) component.ipWhitelist = body['ipWhitelist'].map(String)
  if (body['ipWhitelist'] === null) component.ipWhitelist = null
  store.save()
  return { component, isNew: known === undefined }
}

export function visibleComponent(store: Store, component: Component): object {
  const { componentAppid, name, ticketUrl, callbackUrl, nextTicketAt, tickets } = component
  const authorized = [...store.authorizations.values()].filter(
    (one) => one.componentAppid === componentAppid,
  )
  return {
    componentAppid,
    name,
    ticketUrl,
    callbackUrl,
    nextTicketAt: new Date(nextTicketAt).toISOString(),
    ticketAt: tickets.at(-1)?.at ?? null,
    authorized: authorized.map(({ appid, scopes, at }) => ({
      appid,
      scopes,
      at: new Date(at).toISOString(),
    })),
  }
}

type Both = { component: Component; account: Account }

export function authorizeAccount(
  store: Store,
  { component, account }: Both,
  scopes: number[],
): Grant {
  const { componentAppid } = component
  const given: Authorization = {
    componentAppid,
    appid: account.appid,
    scopes,
    at: store.now(),
    refreshToken: `refreshtoken@@@${randomBytes(32).toString('base64url')}`,
  }
  // The authorisation is deleted and put at the end: if an account authorised several platforms,
  // the latest one gets its pushes.
  store.authorizations.delete(keyOf(componentAppid, account.appid))
  put(store, 'authorizations', given)
  return grant(store, { kind: 'auth', appid: account.appid, component: componentAppid }, hour)
}

function scopesIn(body: Body): number[] {
  const { scopes } = body
  if (scopes === undefined) return allScopes
  if (Array.isArray(scopes) && scopes.every((one) => Number.isSafeInteger(one))) {
    return scopes as number[]
  }
  throw failWith(400, 'invalid_input', 'scopes must be a list of whole numbers')
}

function locationOf(redirectUrl: string, code: Grant): string {
  const url = new URL(redirectUrl)
  url.searchParams.set('auth_code', code.code)
  url.searchParams.set('expires_in', String(hour / 1000))
  return url.href
}

export type Authorized = {
  authCode: string
  expiresIn: number
  location?: string
  push: Noticed
  visit?: { status: number | null }
}

/**
 * The owner agrees: the platform is notified, and the owner's browser returns to it with the code.
 */
export async function authorize(store: Store, id: string, body: Body): Promise<Authorized> {
  const component = getComponent(store, id)
  const account = getAccount(store, textOf(body, 'appid'))
  const pre = optionalText(body, 'preAuthCode')
  const taken = pre === null ? null : takeGrant(store, pre, 'preauth')
  if (typeof taken === 'string') {
    throw failWith(409, 'bad_pre_auth_code', `the pre_auth_code is ${taken}`)
  }
  const isAgain = store.authorizations.has(keyOf(id, account.appid))
  const code = authorizeAccount(store, { component, account }, scopesIn(body))
  const push = await notify(store, component, {
    InfoType: isAgain ? 'updateauthorized' : 'authorized',
    AuthorizerAppid: account.appid,
    AuthorizationCode: code.code,
    AuthorizationCodeExpiredTime: seconds(code.expiresAt),
    PreAuthCode: pre ?? 'preauthcode@@@simulated',
  })
  const answer: Authorized = { authCode: code.code, expiresIn: hour / 1000, push }
  if (!isText(body['redirectUrl'])) return answer
  answer.location = locationOf(address(body, 'redirectUrl'), code)
  if (body['visit'] === false) return answer
  const { status } = await request(store, new URL(answer.location), null)
  return { ...answer, visit: { status } }
}

export async function unauthorize(
  store: Store,
  id: string,
  body: Body,
): Promise<{ push: Noticed }> {
  const component = getComponent(store, id)
  const appid = textOf(body, 'appid')
  if (!store.authorizations.delete(keyOf(id, appid))) {
    throw failWith(409, 'not_authorized', `${appid} has not authorised ${id}`)
  }
  store.save()
  return {
    push: await notify(store, component, { InfoType: 'unauthorized', AuthorizerAppid: appid }),
  }
}
