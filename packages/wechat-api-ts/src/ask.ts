// Makes a call to WeChat. If the token is refused, it is replaced and the call is sent once more.
// For no other reason is a call sent twice.
import { accept, readReply, type Advise, type Said } from './answer.ts'
import type { Ask, Fields, Question } from './call.ts'
import { WechatRefused, WechatUnreachable } from './errors.ts'
import type { Exchange, Request } from './http.ts'
import { multipart } from './multipart.ts'
import type { TokenKeeper } from './tokens.ts'
import { writeJson } from './wire-json.ts'

type Asker = { exchange: Exchange; secrets: string[] }

const tokenRefusals = new Set([40001, 40014, 42001, 42006])

export function createBareAsk({ exchange, secrets, advise }: Asker & { advise?: Advise }): Ask {
  return async <Out>(question: Question) => {
    const said = readReply(question, await exchange(asRequest(question, {})))
    return accept(said, question, {
      secrets: [...secrets, ...(question.secrets ?? [])],
      ...(advise && { advise }),
    }) as Out
  }
}

type WithToken = Asker & { keeper: TokenKeeper; tokenName?: string }

export function createAsk({
  exchange,
  secrets,
  keeper,
  tokenName = 'access_token',
}: WithToken): Ask {
  return async <Out>(question: Question) => {
    const ask = async (token: string): Promise<Said> =>
      readReply(question, await exchange(asRequest(question, { [tokenName]: token })))
    const token = await beforeAsking(keeper.obtain(null))
    const said = await ask(token)
    const hidden = [...secrets, ...(question.secrets ?? []), token]
    if (said.kind !== 'refusal' || !tokenRefusals.has(said.errcode)) {
      return accept(said, question, { secrets: hidden }) as Out
    }
    const next = await beforeAsking(keeper.obtain(token))
    const last = next === token ? said : await ask(next)
    return accept(last, question, { secrets: [...hidden, next] }) as Out
  }
}

function asRequest(
  { method, path, query, json, upload, answer }: Question,
  token: Fields,
): Request {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...token, ...query })) {
    if (value !== undefined) search.append(name, String(value))
  }
  const body = json
    ? { type: 'application/json; charset=utf-8', bytes: Buffer.from(writeJson(json)) }
    : null
  return {
    method,
    path: search.size > 0 ? `${path}?${search.toString()}` : path,
    hasFile: upload !== undefined || answer === 'file',
    body: upload ? multipart(upload.media, upload.fields) : body,
  }
}

// While the token is being fetched the call itself has not been sent, so a failure here proves that
// the call had no effect.
async function beforeAsking(token: Promise<string>): Promise<string> {
  try {
    return await token
  } catch (error) {
    if (error instanceof WechatUnreachable) {
      throw new WechatUnreachable(false, `token_${error.reason.replace(/^token_/, '')}`)
    }
    if (!(error instanceof WechatRefused)) {
      throw new WechatUnreachable(false, 'token_store', { cause: error })
    }
    if (error.retry === 'unsure') throw new WechatUnreachable(false, 'token_busy')
    throw error
  }
}
