import { randomBytes } from 'node:crypto'
import type { Store } from './store.ts'
import type { Token } from './types.ts'

const life = 7200_000
const grace = 300_000
const refreshPause = 30_000

export type TokenAnswer = { errcode: number } | { access_token: string, expires_in: number }

function issue(store: Store, appid: string, kind: Token['kind']): Token {
  const token: Token = {
    token: `${kind === 'stable' ? '8' : '9'}${randomBytes(96).toString('base64url')}`,
    appid, kind, expiresAt: store.now() + life, supersededAt: null,
  }
  for (const old of store.tokens.values()) if (old.expiresAt + 24 * 3600_000 < store.now()) store.tokens.delete(old.token)
  store.tokens.set(token.token, token)
  store.save()
  return token
}

function current(store: Store, appid: string, kind: Token['kind']): Token[] {
  return [...store.tokens.values()].filter((one) => one.appid === appid && one.kind === kind && one.supersededAt === null)
}

function answer(store: Store, token: Token): TokenAnswer {
  return { access_token: token.token, expires_in: Math.floor((token.expiresAt - store.now()) / 1000) }
}

function refusal(store: Store, asked: { grantType: unknown, appid: unknown, secret: unknown }): number {
  if (asked.grantType !== 'client_credential') return 40002
  if (typeof asked.appid !== 'string' || asked.appid === '') return 41002
  if (typeof asked.secret !== 'string' || asked.secret === '') return 41004
  const account = store.accounts.get(asked.appid)
  if (account === undefined) return 40013
  return account.appSecret === asked.secret ? 0 : 40125
}

export type Asked = { grantType: unknown, appid: unknown, secret: unknown, force?: boolean }

/** Each call makes a new token; the one before stays good for five minutes. */
export function classicToken(store: Store, asked: Asked): TokenAnswer {
  const errcode = refusal(store, asked)
  if (errcode !== 0) return { errcode }
  for (const old of current(store, String(asked.appid), 'classic')) old.supersededAt = store.now() + grace
  return answer(store, issue(store, String(asked.appid), 'classic'))
}

/** The same token until five minutes before its end; force kills it at once, but not twice within 30 s. */
export function stableToken(store: Store, asked: Asked): TokenAnswer {
  const errcode = refusal(store, asked)
  if (errcode !== 0) return { errcode }
  const now = store.now()
  const held = current(store, String(asked.appid), 'stable').find((one) => one.expiresAt > now)
  if (held === undefined) return answer(store, issue(store, String(asked.appid), 'stable'))
  const age = now - (held.expiresAt - life)
  if (asked.force === true && age >= refreshPause) held.supersededAt = now
  else if (held.expiresAt - now > grace) return answer(store, held)
  else held.supersededAt = held.expiresAt
  return answer(store, issue(store, String(asked.appid), 'stable'))
}

/** The account a token speaks for, or the platform's errcode. */
export function checkToken(store: Store, text: string | null): { appid: string | null, errcode: number } {
  if (text === null || text === '') return { appid: null, errcode: 41001 }
  const token = store.tokens.get(text)
  if (token === undefined) return { appid: null, errcode: 40014 }
  const now = store.now()
  const superseded = token.supersededAt !== null && token.supersededAt <= now && token.supersededAt < token.expiresAt
  if (superseded) return { appid: token.appid, errcode: 40001 }
  return { appid: token.appid, errcode: token.expiresAt <= now ? 42001 : 0 }
}

export function expireToken(store: Store, text: string | null): void {
  const token = store.tokens.get(text ?? '')
  if (token !== undefined) token.expiresAt = store.now()
  store.saveSoon()
}
