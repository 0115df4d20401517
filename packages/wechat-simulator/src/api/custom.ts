import { isBody, isText } from '../http.ts'
import type { Body } from '../http.ts'
import { mediaError } from '../state/media.ts'
import { addLine, findFollower } from '../state/store.ts'
import { keyOf } from '../state/tables.ts'
import { windowError } from '../state/window.ts'
import type { Account, Follower, Line, MediaType } from '../types.ts'
import { bytesOf, may, needText, post, refuse, refuseIf } from './call.ts'
import type { Call, Endpoints } from './call.ts'

type Check = (part: Body, call: Call) => void

/**
 * Refuses a text with a link `<a href="…">text</a>` that is not complete; other markup is shown as
 * plain text.
 */
function checkLinks(text: string): void {
  const rest = text.replace(
    /<a(?:\s+[\w-]+=(?:"[^"]*"|'[^']*'))*\s*>([^<]*)<\/a>/gi,
    (whole: string, inner: string) => {
      if (!/\shref=/i.test(whole)) refuse(40213)
      return inner.trim() === '' ? refuse(40214) : ''
    },
  )
  if (/<a\s/i.test(rest)) refuse(40213)
}

export function checkText(part: Body): void {
  const content = needText(part, 'content', 44004)
  if (bytesOf(content) > 2048) refuse(45002)
  checkLinks(content)
}

function checkMedia(...types: MediaType[]): Check {
  return (part, { store, account: { appid } }) => {
    refuseIf(mediaError(store, { appid, mediaId: part['media_id'], types }))
  }
}

function checkThumb(part: Body, { store, account: { appid } }: Call): void {
  refuseIf(mediaError(store, { appid, mediaId: part['thumb_media_id'], types: ['thumb', 'image'] }))
}

const lengths: [field: string, most: number, errcode: number][] = [
  ['title', 256, 45003],
  ['description', 1024, 45004],
  ['url', 1024, 45005],
  ['picurl', 1024, 45006],
]

function checkNews(part: Body): void {
  const { articles } = part
  if (!Array.isArray(articles)) refuse(45162)
  if (articles.length === 0) refuse(44003)
  if (articles.length > 1) refuse(45008)
  const [article] = articles as unknown[]
  if (!isBody(article)) refuse(47001)
  for (const [field, most, errcode] of lengths) {
    if (bytesOf(may(article, field, 'string') ?? '') > most) refuse(errcode)
  }
}

function checkMenu(part: Body, { account }: Call): void {
  if (account.kind === 'subscription') refuse(40200)
  const list = may(part, 'list', 'array') ?? refuse(47001)
  if (list.length === 0) refuse(47001)
  if (list.length > 20) refuse(45098)
  for (const item of list) {
    if (!isBody(item) || (typeof item['id'] !== 'string' && typeof item['id'] !== 'number')) {
      refuse(47001)
    }
    if (bytesOf(needText(item, 'content', 44004)) > 256) refuse(45099)
  }
  may(part, 'head_content', 'string')
  may(part, 'tail_content', 'string')
}

function checkMiniProgram(part: Body, call: Call): void {
  const appid = needText(part, 'appid', 40166)
  if (call.account.miniPrograms?.includes(appid) === false) refuse(40166)
  needText(part, 'pagepath', 40165)
  checkThumb(part, call)
}

const checks: Record<string, Check> = {
  text: checkText,
  image: checkMedia('image'),
  voice: checkMedia('voice'),
  mpnews: checkMedia('news'),
  news: checkNews,
  msgmenu: checkMenu,
  video: (part, call) => {
    checkMedia('video')(part, call)
    if (part['thumb_media_id'] !== undefined && part['thumb_media_id'] !== '') {
      checkThumb(part, call)
    }
  },
  music: (part, call) => {
    needText(part, 'musicurl', 40035)
    checkThumb(part, call)
  },
  mpnewsarticle: (part) => {
    needText(part, 'article_id', 40035)
  },
  wxcard: (part) => {
    needText(part, 'card_id', 40035)
  },
  miniprogrampage: checkMiniProgram,
}
/** The types of messages that may be sent. */
export const customTypes = Object.keys(checks)

function checkContent(call: Call): { type: string; part: Body } {
  const type = call.body['msgtype']
  if (type !== undefined && typeof type !== 'string') refuse(47001)
  // WeChat knows links, and allows them to mini programs only; the simulator has them for nobody
  if (type === 'link' && call.account.kind !== 'miniprogram') refuse(45050)
  const check = type !== undefined && Object.hasOwn(checks, type) ? checks[type] : undefined
  if (check === undefined || type === undefined) refuse(40008)
  const part = may(call.body, type, 'object') ?? {}
  check(part, call)
  return { type, part }
}

function menuText(part: Body): string {
  const items = (Array.isArray(part['list']) ? part['list'] : [])
    .filter(isBody)
    .map((one) => one['content'])
  return [part['head_content'], ...items, part['tail_content']].filter(isText).join('\n')
}

export function describe(
  type: string,
  part: Body,
): Pick<Line, 'type' | 'text' | 'mediaId' | 'content'> {
  const first: unknown = Array.isArray(part['articles']) ? part['articles'][0] : null
  const title = isBody(first) ? first['title'] : part['title']
  const text = type === 'msgmenu' ? menuText(part) : (part['content'] ?? title)
  const mediaId = part['media_id'] ?? part['thumb_media_id']
  return {
    type,
    ...(isText(text) ? { text } : {}),
    ...(isText(mediaId) ? { mediaId } : {}),
    content: part,
  }
}

/** The errcode for any message to this follower, whatever its content; 0 if they can be reached. */
export function reachError(account: Account, follower: Follower): number {
  if (!follower.subscribed) return account.codes.unfollowed
  if (follower.blacklisted) return 43019
  return follower.blocked ? 48002 : 0
}

function senderOf({ body, store, account }: Call): { kfAccount?: string } {
  const service = may(body, 'customservice', 'object')
  if (service === undefined) return {}
  const kfAccount = needText(service, 'kf_account', account.codes.kfAccount)
  return store.kfAccounts.has(keyOf(account.appid, kfAccount))
    ? { kfAccount }
    : refuse(account.codes.kfAccount)
}

function toWhom({ store, account, body }: Call): Follower {
  const openid = needText(body, 'touser', 40003)
  return findFollower(store, account.appid, openid) ?? refuse(40003)
}

export function closeWindowOf(call: Pick<Call, 'store' | 'account'>, openid: unknown): void {
  const follower = findFollower(call.store, call.account.appid, openid)
  if (follower !== undefined) follower.window = null
}

function customSend(call: Call): undefined {
  const { store, account } = call
  const follower = toWhom(call)
  const { type, part } = checkContent(call)
  const sender = senderOf(call)
  refuseIf(reachError(account, follower) || windowError(follower, store.now()))
  const ai = may(call.body, 'aimsgcontext', 'object')?.['is_ai_msg'] === 1
  addLine(store, follower, {
    way: 'custom',
    ...describe(type, part),
    ...sender,
    ...(ai ? { aiLabel: true } : {}),
  })
  if (follower.window !== null) follower.window.remaining -= 1
  follower.lastExchangeAt = store.now()
  follower.typingUntil = 0
  store.saveSoon()
}

function customTyping(call: Call): undefined {
  const follower = toWhom(call)
  const { command } = call.body
  const now = call.store.now()
  if (command !== 'Typing' && command !== 'CancelTyping') refuse(45072)
  refuseIf(reachError(call.account, follower))
  if (windowError(follower, now) === 45015) refuse(45015)
  if (command === 'CancelTyping') follower.typingUntil = 0
  else if (now - follower.lastExchangeAt > 30_000) refuse(45080)
  else if (follower.typingUntil > now) refuse(45081)
  else follower.typingUntil = now + 15_000
  call.store.saveSoon()
}

export const customEndpoints: Endpoints = {
  '/cgi-bin/message/custom/send': post(customSend, { daily: 500_000, notFor: ['unverified'] }),
  '/cgi-bin/message/custom/typing': post(customTyping, { notFor: ['unverified'] }),
}
