import { randomBytes } from 'node:crypto'
import { isText } from '../http.ts'
import type { Store } from '../state/store.ts'
import { put } from '../state/tables.ts'
import type { Account, Token } from '../types.ts'
import { open, refuse } from './call.ts'
import type { Answer, Endpoints, Request } from './call.ts'
import { countCall, usageOf } from './usage.ts'

const life = 7200_000
const grace = 300_000
const refreshPause = 30_000
const refreshesADay = 20
const first: Record<Token['kind'], string> = {
  classic: '9',
  stable: '8',
  component: '7',
  authorizer: '6',
}

export function issueToken(
  store: Store,
  given: Pick<Token, 'appid' | 'kind' | 'component'>,
): Token {
  for (const old of store.tokens.values()) {
    if (old.expiresAt + 24 * 3600_000 < store.now()) store.tokens.delete(old.token)
  }
  const token = `${first[given.kind]}${randomBytes(96).toString('base64url')}`
  const issued = put(store, 'tokens', {
    ...given,
    token,
    expiresAt: store.now() + life,
    supersededAt: null,
  })
  store.save()
  return issued
}

export function secondsLeft(store: Store, token: Token): number {
  return Math.ceil((token.expiresAt - store.now()) / 1000)
}

function current(store: Store, appid: string, kind: Token['kind']): Token[] {
  return [...store.tokens.values()].filter(
    (one) => one.appid === appid && one.kind === kind && one.supersededAt === null,
  )
}

function answer(store: Store, token: Token): Answer {
  return { access_token: token.token, expires_in: secondsLeft(store, token) }
}

type TokenAsked = { grantType: unknown; appid: unknown; secret: unknown; force: boolean }

export function askedIn(request: Request): TokenAsked {
  const form = request.body ?? Object.fromEntries(new URLSearchParams(request.text))
  const find = (name: string): unknown => request.query.get(name) ?? form[name]
  return {
    grantType: find('grant_type'),
    appid: find('appid'),
    secret: find('secret'),
    force: form['force_refresh'] === true,
  }
}

export function checkAddress(request: Request, whitelist: string[] | null, errcode: number): void {
  const ip = request.ip.replace(/^::ffff:/, '')
  if (whitelist === null || whitelist.includes(ip)) return
  refuse(errcode, { errmsg: `invalid ip ${ip} ipv6 ::ffff:${ip}, not in whitelist` })
}

/**
 * Finds the account that asks for a token by its appid and secret. Wrong ones are refused like
 * WeChat does.
 */
function whoAsks(request: Request, asked: TokenAsked): Account {
  const { store, path } = request
  if (asked.grantType !== 'client_credential') refuse(40002)
  if (!isText(asked.appid)) refuse(41002)
  if (!isText(asked.secret)) refuse(41004)
  const account = store.accounts.get(asked.appid) ?? refuse(40013)
  if (account.appSecret !== asked.secret) refuse(40125)
  checkAddress(request, account.ipWhitelist, 40164)
  countCall(store, account, {
    path,
    endpoint: { daily: path === '/cgi-bin/token' ? 2000 : 500_000 },
  })
  return account
}

/** Answers with a new classic token at each call; the previous one stays valid for five minutes. */
function classicToken(request: Request): Answer {
  const { store } = request
  const { appid } = whoAsks(request, askedIn(request))
  for (const old of current(store, appid, 'classic')) old.supersededAt = store.now() + grace
  return answer(store, issueToken(store, { appid, kind: 'classic' }))
}

function mayForce(store: Store, held: Token): boolean {
  if (store.now() - (held.expiresAt - life) < refreshPause) return false
  const usage = usageOf(store, held.appid)
  if (usage.refreshes >= refreshesADay) refuse(45009)
  usage.refreshes += 1
  return true
}

/**
 * Returns the stable token, which stays the same until five minutes before it expires. A forced
 * renewal invalidates it at once, and is allowed once in 30 s and twenty times a day.
 */
function stableToken(request: Request): Answer {
  const { store } = request
  if (request.text === '') refuse(44002)
  if (request.body === null) refuse(47001)
  const asked = askedIn(request)
  const { appid } = whoAsks(request, asked)
  const now = store.now()
  const held = current(store, appid, 'stable').find((one) => one.expiresAt > now)
  if (held !== undefined) {
    if (asked.force && mayForce(store, held)) held.supersededAt = now
    else if (held.expiresAt - now > grace) return answer(store, held)
    else held.supersededAt = held.expiresAt
  }
  return answer(store, issueToken(store, { appid, kind: 'stable' }))
}

/**
 * The token with this text, null if it was never issued, and the errcode with which WeChat refuses
 * it; 0 if it is valid.
 */
export function checkToken(
  store: Store,
  text: string | null,
): { token: Token | null; errcode: number } {
  if (text === null || text === '') return { token: null, errcode: 41001 }
  const token = store.tokens.get(text)
  if (token === undefined) return { token: null, errcode: 40014 }
  const now = store.now()
  const superseded =
    token.supersededAt !== null && token.supersededAt <= now && token.supersededAt < token.expiresAt
  if (superseded) return { token, errcode: 40001 }
  if (token.expiresAt > now) return { token, errcode: 0 }
  return { token, errcode: token.kind === 'component' ? 42006 : 42001 }
}

export function expireToken(store: Store, text: string | null): void {
  const token = store.tokens.get(text ?? '')
  if (token !== undefined) token.expiresAt = store.now()
  store.saveSoon()
}

export const tokenEndpoints: Endpoints = {
  '/cgi-bin/token': open(classicToken, { method: 'ANY' }),
  '/cgi-bin/stable_token': open(stableToken, { method: 'POST' }),
}
