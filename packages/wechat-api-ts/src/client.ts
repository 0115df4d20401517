import { customBody, type CustomMessage } from './custom.ts'
import { WechatRefused, WechatUnreachable } from './errors.ts'
import { onTokenEndpoint } from './errcodes.ts'
import { createPostJson, type Answer, type PostJson } from './http.ts'
import { utf8Json } from './text.ts'
import { createTokenKeeper, type StoredToken, type TokenStore } from './tokens.ts'

export type ClientOptions = {
  appid: string
  secret: string
  baseUrl: string
  tokens: TokenStore
  /** Milliseconds. */
  now: () => number
}

export type WechatClient = {
  /** Resolves when WeChat took the message; there is no receipt that a follower saw it. */
  sendCustom: (message: CustomMessage) => Promise<void>
  /** Shows the follower that somebody is writing, for 15 seconds. */
  typing: (openid: string) => Promise<void>
  accessToken: () => Promise<string>
}

const tokenRefusals = new Set([40001, 40014, 42001])

export function createClient(options: ClientOptions): WechatClient {
  const post = createPostJson(options.baseUrl)
  const keeper = createTokenKeeper({
    appid: options.appid, tokens: options.tokens, now: options.now,
    fetch: (force) => fetchToken(options, post, force),
  })
  const postWithToken = async (path: string, what: object): Promise<void> => {
    const body = utf8Json(what)
    const send = (token: string): Promise<Answer> => post(`${path}?access_token=${encodeURIComponent(token)}`, body)
    const token = await beforeSending(keeper.obtain(null))
    const answer = await send(token)
    if (!tokenRefusals.has(errcodeOf(answer))) {
      accept(answer, [token])
      return
    }
    const next = await beforeSending(keeper.obtain(token))
    accept(await send(next), [token, next])
  }
  return {
    accessToken: () => keeper.obtain(null),
    sendCustom: (message) => postWithToken('/cgi-bin/message/custom/send', customBody(message)),
    typing: (openid) => postWithToken('/cgi-bin/message/custom/typing', { touser: openid, command: 'Typing' }),
  }
}

// While a token is fetched no message is under way, so whatever fails here leaves nothing to doubt.
async function beforeSending(token: Promise<string>): Promise<string> {
  try {
    return await token
  } catch (error) {
    if (error instanceof WechatUnreachable) throw new WechatUnreachable(false, `token_${error.reason}`)
    if (error instanceof WechatRefused && error.errcode === -1) throw new WechatUnreachable(false, 'token_busy')
    throw error
  }
}

async function fetchToken(options: ClientOptions, post: PostJson, force: boolean): Promise<StoredToken> {
  const { appid, secret, now } = options
  const asked = now()
  const answer = await post('/cgi-bin/stable_token', utf8Json({
    grant_type: 'client_credential', appid, secret, force_refresh: force,
  }))
  const errcode = errcodeOf(answer)
  if (errcode !== 0 && !Number.isNaN(errcode)) {
    throw new WechatRefused(errcode, errmsgOf(answer, [secret]), onTokenEndpoint(errcode))
  }
  const { access_token: token, expires_in: lifetime } = answer
  if (typeof token !== 'string' || !token || typeof lifetime !== 'number') throw new WechatUnreachable(true, 'no_token')
  return { token, expiresAt: asked + lifetime * 1000 }
}

function accept(answer: Answer, secrets: string[]): void {
  const errcode = errcodeOf(answer)
  if (Number.isNaN(errcode)) throw new WechatUnreachable(true, 'no_errcode')
  if (errcode !== 0) throw new WechatRefused(errcode, errmsgOf(answer, secrets))
}

// Success may come without errcode; something else in its place says nothing.
function errcodeOf({ errcode }: Answer): number {
  if (errcode === undefined) return 0
  return typeof errcode === 'number' ? errcode : Number.NaN
}

function errmsgOf({ errmsg }: Answer, secrets: string[]): string {
  const text = typeof errmsg === 'string' ? errmsg : ''
  return secrets.reduce((shown, secret) => shown.replaceAll(secret, '***'), text).slice(0, 300)
}
