import { grant, takeGrant } from '../state/grants.ts'
import { findFollower } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import type { Account, Grant } from '../types.ts'
import { open, refuse } from './call.ts'
import type { Answer, Endpoints, Request } from './call.ts'

// How long a token of web authorisation is valid. Such tokens are different from those with which
// the API is called.
const twoHours = 7200_000
const thirtyDays = 30 * 24 * 3600_000

function pair(store: Store, given: Pick<Grant, 'appid' | 'openid' | 'scope'>): Answer {
  const access = grant(store, { ...given, kind: 'oauthToken' }, twoHours)
  const refresh = grant(store, { ...given, kind: 'oauthRefresh' }, thirtyDays)
  const unionid = findFollower(store, given.appid, given.openid)?.unionid ?? ''
  return {
    access_token: access.code,
    expires_in: twoHours / 1000,
    refresh_token: refresh.code,
    openid: given.openid,
    scope: given.scope,
    ...(unionid === '' ? {} : { unionid }),
  }
}

function accountIn({ store, query }: Request): Account {
  return store.accounts.get(query.get('appid') ?? refuse(41002)) ?? refuse(40013)
}

function byCode(request: Request): Answer {
  const account = accountIn(request)
  if (request.query.get('secret') !== account.appSecret) refuse(40125)
  if (request.query.get('grant_type') !== 'authorization_code') refuse(40002)
  const code = takeGrant(request.store, request.query.get('code') ?? refuse(41008), 'oauth')
  if (code === 'used') refuse(40163)
  if (code === 'expired') refuse(42003)
  return code === 'unknown' || code.appid !== account.appid
    ? refuse(40029)
    : pair(request.store, code)
}

function byRefresh(request: Request): Answer {
  const account = accountIn(request)
  const found = request.store.grants.get(request.query.get('refresh_token') ?? '')
  if (found?.kind !== 'oauthRefresh' || found.appid !== account.appid) refuse(40030)
  return found.expiresAt <= request.store.now() ? refuse(42002) : pair(request.store, found)
}

function holder({ store, query }: Request): Grant {
  const found = store.grants.get(query.get('access_token') ?? refuse(41001))
  if (found?.kind !== 'oauthToken') refuse(40014)
  if (found.expiresAt <= store.now()) refuse(42001)
  return found.openid === query.get('openid') ? found : refuse(40003)
}

/**
 * Returns the profile of a visitor of a web page. No other call returns the nickname, and this one
 * only if the person agreed.
 */
function userInfo(request: Request): Answer {
  const { appid, openid, scope } = holder(request)
  if (scope !== 'snsapi_userinfo') refuse(48001)
  const follower = findFollower(request.store, appid, openid) ?? refuse(46004)
  return {
    openid,
    nickname: follower.nickname,
    sex: 0,
    province: '',
    city: '',
    country: '',
    headimgurl: '',
    privilege: [],
    ...(follower.unionid === '' ? {} : { unionid: follower.unionid }),
  }
}

function check(request: Request): undefined {
  holder(request)
}

export const oauthEndpoints: Endpoints = {
  '/sns/oauth2/access_token': open(byCode, { method: 'ANY' }),
  '/sns/oauth2/refresh_token': open(byRefresh, { method: 'ANY' }),
  '/sns/userinfo': open(userInfo),
  '/sns/auth': open(check),
}
