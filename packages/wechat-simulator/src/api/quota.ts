import { isKnown } from '../http.ts'
import { put } from '../state/tables.ts'
import type { Account } from '../types.ts'
import { needText, open, post, refuse } from './call.ts'
import type { Answer, Call, Endpoints, Request } from './call.ts'
import { dailyLimit, usageOf } from './usage.ts'

const clearsAMonth = 10
const week = 7 * 24 * 3600_000

function clear({ store }: Request | Call, account: Account): undefined {
  const usage = usageOf(store, account.appid)
  if (usage.clears >= clearsAMonth) refuse(48006)
  put(store, 'usage', { ...usage, clears: usage.clears + 1, calls: {}, minuteCalls: {} })
  store.saveSoon()
}

function clearOwn(call: Call): undefined {
  if (needText(call.body, 'appid', 41002) !== call.account.appid) refuse(40013)
  clear(call, call.account)
}

/**
 * Resets an account's quotas of calls by its secret, because a call with a token is refused once
 * the quota is used up.
 */
function clearWithSecret(request: Request): undefined {
  const find = (name: string): unknown => request.query.get(name) ?? request.body?.[name]
  const account = request.store.accounts.get(String(find('appid'))) ?? refuse(40013)
  if (find('appsecret') !== account.appSecret) refuse(40125)
  clear(request, account)
}

function getQuota(endpoints: () => Endpoints): (call: Call) => Answer {
  return ({ store, account, body }) => {
    const path = needText(body, 'cgi_path', 76021)
    const endpoint = endpoints()[path] ?? refuse(76021)
    const used = usageOf(store, account.appid).calls[path] ?? 0
    const limit = dailyLimit(account, path, endpoint) ?? 10_000_000
    return {
      errcode: 0,
      errmsg: 'ok',
      quota: { daily_limit: limit, used, remain: Math.max(0, limit - used) },
    }
  }
}

function getRid({ store, account, body }: Call): Answer {
  const rid = needText(body, 'rid', 76001)
  const item = store.ledger.findLast((one) => one.rid === rid && one.appid === account.appid)
  if (item === undefined || Date.parse(item.at) + week < store.now()) refuse(76001)
  return {
    errcode: 0,
    errmsg: 'ok',
    request: {
      invoke_time: Math.floor(Date.parse(item.at) / 1000),
      cost_in_ms: 1,
      request_url: item.path,
      request_body: JSON.stringify(item.request),
      response_body: JSON.stringify({ errcode: item.errcode }),
      client_ip: '127.0.0.1',
    },
  }
}

const actions = ['dns', 'ping', 'all'] as const
const operators = ['CHINANET', 'UNICOM', 'CAP', 'DEFAULT'] as const

function checkCallback({ account, body }: Call): Answer {
  const { action, check_operator: operator } = body
  if (!isKnown(actions, action)) refuse(40202)
  if (!isKnown(operators, operator)) refuse(40203)
  if (account.callbackUrl === '') refuse(40201)
  const ip = new URL(account.callbackUrl).hostname
  const dns = [{ ip, real_operator: 'DEFAULT' }]
  const ping = [{ ip, from_operator: operator, package_loss: '0%', time: '0.100ms' }]
  return { ...(action === 'ping' ? {} : { dns }), ...(action === 'dns' ? {} : { ping }) }
}

export function quotaEndpoints(endpoints: () => Endpoints): Endpoints {
  return {
    '/cgi-bin/clear_quota': post(clearOwn),
    '/cgi-bin/clear_quota/v2': open(clearWithSecret, { method: 'POST' }),
    '/cgi-bin/openapi/quota/get': post(getQuota(endpoints)),
    '/cgi-bin/openapi/rid/get': post(getRid),
    '/cgi-bin/callback/check': post(checkCallback),
  }
}
