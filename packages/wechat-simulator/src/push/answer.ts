import { mediaError } from '../state/media.ts'
import type { Store } from '../state/store.ts'
import type { Line, MediaType } from '../types.ts'
import { sign, unseal } from '../wire/crypto.ts'
import { readJson } from '../wire/json.ts'
import { child, childText, readXml } from '../wire/xml.ts'
import type { Element } from '../wire/xml.ts'
import type { Receiver } from './receiver.ts'

export type Shown = Omit<Line, 'n' | 'at'>
/**
 * `shown` is null if the answer is accepted but shows nothing on the phone. `desk`: the follower is
 * handed to WeChat's own desk.
 */
export type Verdict =
  | { ok: true; reply: string; shown: Shown | null; desk?: { kfAccount: string | null } }
  | { ok: false; reply: string; reason: string }
export type Question = {
  store: Store
  receiver: Receiver
  appid: string
  originalId: string
  openid: string
  isMessage: boolean
}

type Reader = (root: Element, question: Question) => Shown

const readAs = (body: string, { format }: Receiver): Element =>
  format === 'json' ? readJson(body) : readXml(body)

function open(body: string, receiver: Receiver): string {
  const root = readAs(body, receiver)
  const sealed = childText(root, 'Encrypt')
  if (receiver.mode === 'plain') return body
  if (sealed === null) {
    if (receiver.mode === 'compatible') return body
    throw new Error('safe mode wants an encrypted reply')
  }
  const [time, nonce] = [childText(root, 'TimeStamp') ?? '', childText(root, 'Nonce') ?? '']
  if (childText(root, 'MsgSignature') !== sign(receiver.token, time, nonce, sealed)) {
    throw new Error('MsgSignature is wrong')
  }
  try {
    return unseal(sealed, receiver)
  } catch (error) {
    // An answer that cannot be decrypted with the present key is tried with the previous one,
    // because both are accepted for a while after a change.
    if (receiver.previousAesKey === '') throw error
    return unseal(sealed, { ...receiver, encodingAesKey: receiver.previousAesKey })
  }
}

function readText(root: Element): Shown {
  const text = childText(root, 'Content') ?? ''
  if (text === '') throw new Error('text reply without Content')
  if (Buffer.byteLength(text, 'utf8') > 2048) throw new Error('text reply over 2048 bytes')
  return { way: 'passive', type: 'text', text }
}

/**
 * Reads an answer with articles. The answer to a message may have only one, the answer to an event
 * up to eight.
 */
function readNews(root: Element, { isMessage }: Question): Shown {
  const items = (child(root, 'Articles')?.children ?? []).filter((one) => one.name === 'item')
  const most = isMessage ? 1 : 8
  if (items.length === 0 || items.length > most) {
    throw new Error(`news must hold 1 to ${most} articles`)
  }
  if (childText(root, 'ArticleCount') !== String(items.length)) {
    throw new Error('ArticleCount is wrong')
  }
  const articles = items.map((item) => ({
    title: childText(item, 'Title') ?? '',
    description: childText(item, 'Description') ?? '',
    url: childText(item, 'Url') ?? '',
    picUrl: childText(item, 'PicUrl') ?? '',
  }))
  return {
    way: 'passive',
    type: 'news',
    text: articles.map((one) => one.title).join('\n'),
    content: { articles },
  }
}

function media(name: string, element: string, types: MediaType[]): Reader {
  return (root, { store, appid }) => {
    const part = child(root, element)
    if (part === null) throw new Error(`${name} reply without <${element}>`)
    const given = name === 'music' ? 'ThumbMediaId' : 'MediaId'
    const mediaId = childText(part, given) ?? ''
    const errcode = mediaError(store, { appid, mediaId, types })
    if (errcode !== 0) throw new Error(`${given} of the ${name} reply: ${errcode}`)
    const [title, description] = [childText(part, 'Title'), childText(part, 'Description')]
    const content = Object.fromEntries(part.children.map((one) => [one.name, one.text]))
    return {
      way: 'passive',
      type: name,
      mediaId,
      ...(title === null ? {} : { text: title }),
      ...(description === null && title === null ? {} : { content }),
    }
  }
}

type Shows = { shown: ReturnType<Reader> }

const readers: Record<string, Reader> = {
  text: readText,
  news: readNews,
  image: media('image', 'Image', ['image']),
  voice: media('voice', 'Voice', ['voice']),
  video: media('video', 'Video', ['video']),
  music: media('music', 'Music', ['thumb', 'image']),
}

/**
 * Reads a reply that shows nothing on the phone, because it hands the follower to WeChat's own desk
 * or AI.
 */
function handOn(
  root: Element,
  type: string,
  { isMessage }: Question,
): { shown: null; desk?: { kfAccount: string | null } } {
  if (type === 'transfer_biz_ai_ivr' && isMessage) return { shown: null }
  if (type !== 'transfer_customer_service') {
    throw new Error(`MsgType ${type} is unknown, or not for this push`)
  }
  const info = child(root, 'TransInfo')
  return { shown: null, desk: { kfAccount: info === null ? null : childText(info, 'KfAccount') } }
}

function readReply(reply: string, question: Question): Verdict {
  const root = readAs(reply, question.receiver)
  if (childText(root, 'ToUserName') !== question.openid) {
    throw new Error('ToUserName is not the follower')
  }
  if (childText(root, 'FromUserName') !== question.originalId) {
    throw new Error('FromUserName is not the account')
  }
  if (!/^\d+$/.test(childText(root, 'CreateTime') ?? '')) {
    throw new Error('CreateTime is not a number')
  }
  return { ok: true, reply, ...readShown(root, question) }
}

function readShown(root: Element, question: Question): ReturnType<typeof handOn> | Shows {
  const type = childText(root, 'MsgType') ?? ''
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined
  if (read === undefined) return handOn(root, type, question)
  if (question.store.accounts.get(question.appid)?.kind === 'miniprogram') {
    throw new Error('a mini program shows no answer to a push: it is written to by API')
  }
  return { shown: read(root, question) }
}

/** What WeChat would do with the body of an answer with status 200. */
export function judge(body: string, question: Question): Verdict {
  if (body === '' || body === 'success') return { ok: true, reply: body, shown: null }
  let reply = body
  try {
    reply = open(body, question.receiver)
    return readReply(reply, question)
  } catch (error) {
    return { ok: false, reply, reason: error instanceof Error ? error.message : String(error) }
  }
}
