// Reads WeChat's response to a call: it is an answer, a refusal, or unusable.
import type { MediaFile, Question } from './call.ts'
import { WechatRefused, WechatUnreachable } from './errors.ts'
import { lookUp, type Advice } from './errcodes.ts'
import type { Reply } from './http.ts'
import { readJson } from './wire-json.ts'

export type Said =
  | { kind: 'file'; file: MediaFile }
  | { kind: 'answer'; rest: object }
  | { kind: 'refusal'; errcode: number; text: string }

/**
 * Reads a response of WeChat. One that is neither an answer nor a refusal is treated as if WeChat
 * had not answered.
 */
export function readReply({ answer }: Question, { status, contentType, bytes }: Reply): Said {
  if (status !== 200) throw new WechatUnreachable(true, `http_${status}`)
  if (answer === 'file' && isFile(bytes)) return { kind: 'file', file: { bytes, contentType } }
  return readSaid(bytes.toString('utf8').replace(/^\ufeff/, ''), answer)
}

function readSaid(text: string, answer: Question['answer']): Said {
  const said = readJson(text)
  if (!said) throw new WechatUnreachable(true, 'not_json')
  const { errcode, errmsg, ...rest } = said
  if (typeof errcode === 'number' && errcode !== 0) return { kind: 'refusal', errcode, text }
  if (errcode === 0 || (errcode === undefined && (answer !== 'done' || errmsg === 'ok'))) {
    return { kind: 'answer', rest }
  }
  // An answer without an errcode means success, unless the call is answered by an errcode and
  // nothing else. Then it remains unknown what happened, which is an error.
  throw new WechatUnreachable(true, 'no_errcode')
}

// Whether the response is a file. This is judged by its content, because WeChat also sends refusals
// as text/plain, so by their type they could be mistaken for the file.
function isFile(bytes: Buffer): boolean {
  const first = /[^\s\ufeff]/u.exec(bytes.toString('utf8', 0, 64))?.[0]
  return first !== undefined && first !== '{' && first !== '<'
}

/** What an errcode means for this call, if it differs from its usual meaning. */
export type Advise = (errcode: number) => Advice

type Showing = { secrets: string[]; advise?: Advise }

export function accept(
  said: Said,
  { path }: Question,
  { secrets, advise = lookUp }: Showing,
): unknown {
  if (said.kind === 'file') return said.file
  if (said.kind === 'answer') return said.rest
  const { errcode, errmsg, ...details } = readJson(withoutSecrets(said.text, secrets)) ?? {}
  const shown = typeof errmsg === 'string' ? errmsg.slice(0, 300) : ''
  throw new WechatRefused(
    { path, errcode: Number(errcode ?? said.errcode), errmsg: shown, details },
    advise(said.errcode),
  )
}

function withoutSecrets(text: string, secrets: string[]): string {
  return secrets
    .filter((secret) => secret.length > 0)
    .flatMap((secret) => [secret, encodeURIComponent(secret)])
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text)
}
