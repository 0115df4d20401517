import { sign, unseal } from './crypto.ts'
import type { Account } from './types.ts'
import { child, childText, readXml } from './xml.ts'
import type { Element } from './xml.ts'

export type Shown = { way: 'passive', type: string, text?: string, mediaId?: string, content?: unknown }
/** `shown` null: accepted, but the phone shows nothing. */
export type Verdict = { ok: true, reply: string, shown: Shown | null } | { ok: false, reply: string, reason: string }

const silent = ['transfer_customer_service', 'transfer_biz_ai_ivr']
const parts: Record<string, string> = { image: 'Image', voice: 'Voice', video: 'Video', music: 'Music' }

function open(body: string, account: Account): string {
  const root = readXml(body)
  const sealed = childText(root, 'Encrypt')
  if (account.mode === 'plain') return body
  if (sealed === null) {
    if (account.mode === 'compatible') return body
    throw new Error('safe mode wants an encrypted reply')
  }
  const [time, nonce] = [childText(root, 'TimeStamp') ?? '', childText(root, 'Nonce') ?? '']
  if (childText(root, 'MsgSignature') !== sign(account.token, time, nonce, sealed)) throw new Error('MsgSignature is wrong')
  return unseal(sealed, account)
}

function readText(root: Element): Shown {
  const text = childText(root, 'Content') ?? ''
  if (text === '') throw new Error('text reply without Content')
  if (Buffer.byteLength(text, 'utf8') > 2048) throw new Error('text reply over 2048 bytes')
  return { way: 'passive', type: 'text', text }
}

function readNews(root: Element, maxArticles: number): Shown {
  const items = (child(root, 'Articles')?.children ?? []).filter((one) => one.name === 'item')
  if (items.length === 0 || items.length > maxArticles) throw new Error(`news must hold 1 to ${maxArticles} articles`)
  if (childText(root, 'ArticleCount') !== String(items.length)) throw new Error('ArticleCount is wrong')
  const articles = items.map((item) => ({
    title: childText(item, 'Title') ?? '', description: childText(item, 'Description') ?? '',
    url: childText(item, 'Url') ?? '', picUrl: childText(item, 'PicUrl') ?? '',
  }))
  return { way: 'passive', type: 'news', text: articles.map((one) => one.title).join('\n'), content: { articles } }
}

function readMedia(root: Element, type: string): Shown {
  const part = child(root, parts[type] ?? '')
  if (part === null) throw new Error(`${type} reply without its element`)
  const mediaId = childText(part, type === 'music' ? 'ThumbMediaId' : 'MediaId') ?? ''
  if (mediaId === '') throw new Error(`${type} reply without a media id`)
  const title = childText(part, 'Title')
  return { way: 'passive', type, mediaId, ...(title === null ? {} : { text: title }) }
}

function readReply(text: string, push: { account: Account, openid: string, maxArticles: number }): Shown | null {
  const root = readXml(text)
  if (childText(root, 'ToUserName') !== push.openid) throw new Error('ToUserName is not the follower')
  if (childText(root, 'FromUserName') !== push.account.originalId) throw new Error('FromUserName is not the account')
  if (!/^\d+$/.test(childText(root, 'CreateTime') ?? '')) throw new Error('CreateTime is not a number')
  const type = childText(root, 'MsgType') ?? ''
  if (silent.includes(type)) return null
  if (type === 'text') return readText(root)
  if (type === 'news') return readNews(root, push.maxArticles)
  if (type in parts) return readMedia(root, type)
  throw new Error(`unknown MsgType ${type}`)
}

/** What the platform would make of the body that answered a push with status 200. */
export function judge(body: string, push: { account: Account, openid: string, maxArticles: number }): Verdict {
  if (body === '' || body === 'success') return { ok: true, reply: body, shown: null }
  let reply = body
  try {
    reply = open(body, push.account)
    return { ok: true, reply, shown: readReply(reply, push) }
  } catch (error) {
    return { ok: false, reply, reason: error instanceof Error ? error.message : String(error) }
  }
}
