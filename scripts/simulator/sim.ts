import { isAesKey } from './crypto.ts'
import { readFault } from './faults.ts'
import { failWith, optionalText, parseBody, readBody, sendJson, textOf } from './http.ts'
import type { Body, Exchange } from './http.ts'
import { addFollower, getFollower, sendEvent, sendMessage } from './phone.ts'
import { followerKey } from './store.ts'
import type { Store } from './store.ts'
import type { Account, Line, Mode } from './types.ts'

type Asked = { query: URLSearchParams, body: Body, id: string }
type Reply = { status: number, value: unknown }
type Route = [method: string, path: RegExp, run: (store: Store, asked: Asked) => Reply | Promise<Reply>]

const ok = (value: unknown): Reply => ({ status: 200, value })

function readMode(body: Body): Mode {
  const mode = body['mode'] ?? 'plain'
  if (mode === 'plain' || mode === 'compatible' || mode === 'safe') return mode
  throw failWith(400, 'invalid_input', 'mode must be plain, compatible or safe')
}

function readAccount(body: Body): Account {
  const account: Account = {
    appid: textOf(body, 'appid'), appSecret: textOf(body, 'appSecret'), token: textOf(body, 'token'), mode: readMode(body),
    encodingAesKey: optionalText(body, 'encodingAesKey') ?? '', callbackUrl: textOf(body, 'callbackUrl'),
    originalId: textOf(body, 'originalId'), name: optionalText(body, 'name') ?? textOf(body, 'appid'),
  }
  if (account.mode !== 'plain' && !isAesKey(account.encodingAesKey)) {
    throw failWith(400, 'invalid_input', 'encodingAesKey must have 43 letters and digits')
  }
  if (!URL.canParse(account.callbackUrl) || new URL(account.callbackUrl).protocol !== 'http:') {
    throw failWith(400, 'invalid_input', 'callbackUrl must be an http:// address')
  }
  return account
}

function visible(account: Account): Omit<Account, 'appSecret' | 'token' | 'encodingAesKey'> {
  const { appid, mode, callbackUrl, originalId, name } = account
  return { appid, mode, callbackUrl, originalId, name }
}

function postAccount(store: Store, { body }: Asked): Reply {
  const account = readAccount(body)
  const isNew = !store.accounts.has(account.appid)
  store.accounts.set(account.appid, account)
  store.save()
  return { status: isNew ? 201 : 200, value: visible(account) }
}

function postFollower(store: Store, { body }: Asked): Reply {
  const { follower, isNew } = addFollower(store, body)
  return { status: isNew ? 201 : 200, value: follower }
}

function getFollowers(store: Store, { query }: Asked): Reply {
  const appid = query.get('appid')
  return ok({ items: [...store.followers.values()].filter((one) => appid === null || one.appid === appid) })
}

function chatOf(store: Store, { query, id }: Asked): Line[] {
  const follower = getFollower(store, query.get('appid') ?? '', id)
  return store.lines.get(followerKey(follower.appid, follower.openid)) ?? []
}

function wholeNumber(query: URLSearchParams, name: string, instead: number): number {
  const value = Number(query.get(name) ?? instead)
  if (!Number.isInteger(value) || value < 0) throw failWith(400, 'invalid_input', `${name} must be a whole number`)
  return value
}

/** `n` counts without gaps from 1, so a position is an index. */
function getLedger(store: Store, { query }: Asked): Reply {
  const { ledger } = store
  const last = query.has('last') ? ledger.length - wholeNumber(query, 'last', 0) : 0
  const after = Math.max(wholeNumber(query, 'after', 0), last)
  const items = ledger.slice(after, after + Math.min(wholeNumber(query, 'limit', 1000), 10_000))
  return ok({ items, next: items.at(-1)?.n ?? after })
}

function clock(store: Store): Reply {
  return ok({ advanceMs: store.advanceMs, now: new Date(store.now()).toISOString() })
}

function advance(store: Store, { body }: Asked): Reply {
  const ms = body['advanceMs']
  if (typeof ms !== 'number' || !Number.isInteger(ms) || ms < 0 || store.advanceMs + ms > 1e13) {
    throw failWith(400, 'invalid_input', 'advanceMs must be a whole number of at least 0')
  }
  store.advanceMs += ms
  store.save()
  return clock(store)
}

const routes: Route[] = [
  ['GET', /^\/sim\/accounts$/, (store) => ok({ items: [...store.accounts.values()].map(visible) })],
  ['POST', /^\/sim\/accounts$/, postAccount],
  ['GET', /^\/sim\/followers$/, getFollowers],
  ['POST', /^\/sim\/followers$/, postFollower],
  ['POST', /^\/sim\/followers\/([^/]+)\/send$/, async (store, { id, body }) => ok(await sendMessage(store, id, body))],
  ['POST', /^\/sim\/followers\/([^/]+)\/event$/, async (store, { id, body }) => ok(await sendEvent(store, id, body))],
  ['GET', /^\/sim\/followers\/([^/]+)\/inbox$/, (store, asked) => {
    return ok({ items: chatOf(store, asked).filter((line) => line.n !== undefined) })
  }],
  ['GET', /^\/sim\/followers\/([^/]+)\/chat$/, (store, asked) => ok({ items: chatOf(store, asked) })],
  ['GET', /^\/sim\/ledger$/, getLedger],
  ['GET', /^\/sim\/faults$/, (store) => ok({ items: store.faults })],
  ['POST', /^\/sim\/faults$/, (store, { body }) => {
    const fault = readFault(body)
    store.faults.push(fault)
    return { status: 201, value: fault }
  }],
  ['DELETE', /^\/sim\/faults$/, (store) => ok({ deleted: store.faults.splice(0).length })],
  ['GET', /^\/sim\/clock$/, clock],
  ['POST', /^\/sim\/clock$/, advance],
]

/** `/sim/…`: what drives the simulator. */
export async function serveSim(store: Store, exchange: Exchange): Promise<void> {
  const { request, response, url } = exchange
  const fitting = routes.filter(([, path]) => path.test(url.pathname))
  const route = fitting.find(([method]) => method === request.method)
  if (route === undefined) {
    const found = fitting.length > 0
    throw failWith(found ? 405 : 404, found ? 'method_not_allowed' : 'not_found', `no ${request.method ?? ''} ${url.pathname}`)
  }
  const body = parseBody(await readBody(request))
  const id = decodeURIComponent(route[1].exec(url.pathname)?.[1] ?? '')
  const { status, value } = await route[2](store, { query: url.searchParams, body, id })
  sendJson(response, status, value)
}
