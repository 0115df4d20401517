import { randomInt } from 'node:crypto'
import { failWith, isBody, isKnown, isText, optionalText, textOf } from '../http.ts'
import type { Body } from '../http.ts'
import { request } from '../push/post.ts'
import { receiverOf } from '../push/receiver.ts'
import { accountDefaults, put } from '../state/tables.ts'
import type { Store } from '../state/store.ts'
import { formats, kinds } from '../types.ts'
import type { Account } from '../types.ts'
import { isAesKey, sign } from '../wire/crypto.ts'

const modes = ['plain', 'compatible', 'safe'] as const

function oneOf<Name extends string>(names: readonly Name[], name: string, value: unknown): Name {
  if (isKnown(names, value)) return value
  throw failWith(400, 'invalid_input', `${name} must be one of ${names.join(', ')}`)
}

function listOf(value: unknown, name: string): string[] | null {
  if (value === null) return null
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value
  throw failWith(400, 'invalid_input', `${name} must be a list of texts, or null`)
}

function numbersOf(value: unknown, name: string): Record<string, number> {
  if (isBody(value) && Object.values(value).every((one) => Number.isSafeInteger(one))) {
    return value as Record<string, number>
  }
  throw failWith(400, 'invalid_input', `${name} must hold whole numbers`)
}

/**
 * The optional fields of an account, each with the check of its value. Fields that are not given
 * stay unchanged.
 */
const options: { [Name in keyof Account]?: (value: unknown) => Account[Name] } = {
  format: (value) => oneOf(formats, 'format', value),
  kind: (value) => oneOf(kinds, 'kind', value),
  wechatId: (value) => (typeof value === 'string' ? value : ''),
  ipWhitelist: (value) => listOf(value, 'ipWhitelist'),
  miniPrograms: (value) => listOf(value, 'miniPrograms'),
  markFail: (value) => (Number.isSafeInteger(value) ? Number(value) : 0),
  limits: (value) => numbersOf(value, 'limits'),
  minuteLimits: (value) => numbersOf(value, 'minuteLimits'),
  codes: (value) => ({ ...accountDefaults.codes, ...numbersOf(value, 'codes') }),
}

function optionsIn(body: Body): Partial<Account> {
  return Object.fromEntries(
    Object.entries(options)
      .filter(([name]) => body[name] !== undefined)
      .map(([name, read]) => [name, read(body[name])]),
  )
}

function check(account: Account): Account {
  if (account.mode !== 'plain' && !isAesKey(account.encodingAesKey)) {
    throw failWith(400, 'invalid_input', 'encodingAesKey must have 43 letters and digits')
  }
  const isAddress =
    account.callbackUrl === '' ||
    (URL.canParse(account.callbackUrl) && /^https?:$/.test(new URL(account.callbackUrl).protocol))
  if (!isAddress) {
    throw failWith(400, 'invalid_input', 'callbackUrl must be an http:// or https:// address')
  }
  return account
}

function keyBefore(known: Account | undefined, encodingAesKey: string): string {
  if (known === undefined) return ''
  return known.encodingAesKey === encodingAesKey ? known.previousAesKey : known.encodingAesKey
}

/** Registers an account, or changes an existing one. */
export function saveAccount(store: Store, body: Body): { account: Account; isNew: boolean } {
  const appid = textOf(body, 'appid')
  const known = store.accounts.get(appid)
  const encodingAesKey = optionalText(body, 'encodingAesKey') ?? ''
  const account = check({
    ...structuredClone(accountDefaults),
    ...known,
    ...optionsIn(body),
    appid,
    appSecret: textOf(body, 'appSecret'),
    token: textOf(body, 'token'),
    mode: oneOf(modes, 'mode', body['mode'] ?? 'plain'),
    encodingAesKey,
    previousAesKey: keyBefore(known, encodingAesKey),
    callbackUrl: optionalText(body, 'callbackUrl') ?? '',
    originalId: textOf(body, 'originalId'),
    name: optionalText(body, 'name') ?? known?.name ?? appid,
    failures: 0,
    markedUntil: 0,
  })
  put(store, 'accounts', account)
  store.save()
  return { account, isNew: known === undefined }
}

/** Changes the given fields of an account and leaves all others unchanged. */
export function changeAccount(store: Store, appid: string, body: Body): Account {
  const known = store.accounts.get(appid)
  if (known === undefined) throw failWith(404, 'not_found', `no account ${appid}`)
  const named = [
    'appSecret',
    'token',
    'encodingAesKey',
    'callbackUrl',
    'originalId',
    'name',
    'mode',
  ] as const
  const given = Object.fromEntries(
    named.map((name) => [name, isText(body[name]) ? body[name] : known[name]]),
  )
  return saveAccount(store, { ...body, ...given, appid }).account
}

export function visibleAccount(account: Account): object {
  const secrets = ['appSecret', 'token', 'encodingAesKey', 'previousAesKey']
  return Object.fromEntries(Object.entries(account).filter(([name]) => !secrets.includes(name)))
}

/**
 * The check WeChat makes when the owner saves address and token: one GET whose echo must be
 * returned exactly.
 */
export async function verifyAccount(store: Store, account: Account): Promise<object> {
  const { url: address, token } = receiverOf(store, account)
  const url = new URL(address)
  const [timestamp, nonce, echostr] = [
    String(Math.floor(store.now() / 1000)),
    String(randomInt(1e9)),
    String(randomInt(1e12, 2e12)),
  ]
  const query = { signature: sign(token, timestamp, nonce), timestamp, nonce, echostr }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  const { status, body } = await request(store, url, null)
  return { ok: status === 200 && body === echostr, status, echostr, body }
}
