import { isBody, isText } from './http.ts'
import type { Body } from './http.ts'
import { addLine, followerKey } from './store.ts'
import type { Store } from './store.ts'
import type { Follower, Line } from './types.ts'
import { windowError } from './window.ts'

function textError(part: Body): number {
  const content = part['content']
  if (typeof content !== 'string' || content === '') return 44004
  return Buffer.byteLength(content, 'utf8') > 2048 ? 45002 : 0
}

function mediaError(part: Body): number {
  return isText(part['media_id']) ? 0 : 41006
}

function newsError(part: Body): number {
  const articles = part['articles']
  if (!Array.isArray(articles)) return 45162
  if (articles.length === 0) return 44003
  return articles.length > 1 ? 45008 : 0
}

function menuError(part: Body): number {
  const list = part['list']
  return Array.isArray(list) && list.length > 0 && list.every(isBody) ? 0 : 47001
}

const checks: Record<string, (part: Body) => number> = {
  text: textError, image: mediaError, voice: mediaError, video: mediaError, mpnews: mediaError, news: newsError,
  msgmenu: menuError, music: () => 0, mpnewsarticle: () => 0, wxcard: () => 0, miniprogrampage: () => 0,
}

function contentError(type: unknown, body: Body): number {
  if (typeof type !== 'string' || !Object.hasOwn(checks, type)) return 40008
  const part = body[type]
  return checks[type]?.(isBody(part) ? part : {}) ?? 40008
}

function menuText(part: Body): string {
  const items = (Array.isArray(part['list']) ? part['list'] : []).filter(isBody).map((one) => one['content'])
  return [part['head_content'], ...items, part['tail_content']].filter(isText).join('\n')
}

function describe(type: string, part: Body): Omit<Line, 'n' | 'at'> {
  const first: unknown = Array.isArray(part['articles']) ? part['articles'][0] : null
  const title = isBody(first) ? first['title'] : part['title']
  const text = type === 'msgmenu' ? menuText(part) : part['content'] ?? title
  const mediaId = part['media_id'] ?? part['thumb_media_id']
  return {
    way: 'custom', type, ...(isText(text) ? { text } : {}), ...(isText(mediaId) ? { mediaId } : {}), content: part,
  }
}

function findFollower(store: Store, appid: string, body: Body): Follower | undefined {
  return isText(body['touser']) ? store.followers.get(followerKey(appid, body['touser'])) : undefined
}

export function closeWindowOf(store: Store, appid: string, body: Body): void {
  const follower = findFollower(store, appid, body)
  if (follower !== undefined) follower.window = null
}

/** The platform's errcode; 0 when the message stands on the phone. */
export function customSend(store: Store, appid: string, body: Body): number {
  const follower = findFollower(store, appid, body)
  if (follower === undefined) return 40003
  const type = body['msgtype']
  const errcode = contentError(type, body) || windowError(follower, store.now())
  if (errcode !== 0) return errcode
  const part = body[String(type)]
  addLine(store, follower, describe(String(type), isBody(part) ? part : {}))
  if (follower.window !== null) follower.window.remaining -= 1
  follower.lastExchangeAt = store.now()
  follower.typingUntil = 0
  store.saveSoon()
  return 0
}

export function customTyping(store: Store, appid: string, body: Body): number {
  const follower = findFollower(store, appid, body)
  if (follower === undefined) return 40003
  const { command } = body
  const now = store.now()
  if (command !== 'Typing' && command !== 'CancelTyping') return 45072
  if (windowError(follower, now) === 45015) return 45015
  if (command === 'CancelTyping') follower.typingUntil = 0
  else if (now - follower.lastExchangeAt > 30_000) return 45080
  else if (follower.typingUntil > now) return 45081
  else follower.typingUntil = now + 15_000
  return 0
}
