import { randomBytes } from 'node:crypto'
import { failWith, optionalText, textOf } from './http.ts'
import type { Body } from './http.ts'
import { eventFields, messageFields, ownText } from './messages.ts'
import { deliver } from './push.ts'
import type { Push } from './push.ts'
import { addLine, followerKey, isoNow, nextMsgId } from './store.ts'
import type { Store } from './store.ts'
import type { Account, Follower } from './types.ts'
import { openWindow, sceneOfEvent } from './window.ts'
import type { Fields } from './xml.ts'

export function getAccount(store: Store, appid: string): Account {
  const account = store.accounts.get(appid)
  if (account === undefined) throw failWith(404, 'not_found', `no account ${appid}`)
  return account
}

export function getFollower(store: Store, appid: string, openid: string): Follower {
  getAccount(store, appid)
  const follower = store.followers.get(followerKey(appid, openid))
  if (follower === undefined) throw failWith(404, 'not_found', `${openid} is no follower of ${appid}`)
  return follower
}

const nicknames = ['小明', '小红', '阿强', '丽丽', '大伟', '静静', '小宇', '晓雪', '老王', '小芳']

export function addFollower(store: Store, body: Body): { follower: Follower, isNew: boolean } {
  const { appid } = getAccount(store, textOf(body, 'appid'))
  const openid = optionalText(body, 'openid') ?? `o${randomBytes(21).toString('base64url').slice(0, 27)}`
  const known = store.followers.get(followerKey(appid, openid))
  if (known !== undefined) return { follower: known, isNew: false }
  const count = [...store.followers.values()].filter((one) => one.appid === appid).length
  const follower: Follower = {
    appid, openid, subscribed: true, createdAt: isoNow(store), window: null, lastExchangeAt: 0, typingUntil: 0,
    nickname: optionalText(body, 'nickname') ?? nicknames[count] ?? `粉丝 ${count + 1}`,
  }
  store.followers.set(followerKey(appid, openid), follower)
  store.saveSoon()
  return { follower, isNew: true }
}

function times(body: Body): { copies: number, parallel: boolean } {
  const copies = body['copies'] ?? 1
  if (!Number.isInteger(copies) || Number(copies) < 1 || Number(copies) > 100) {
    throw failWith(400, 'invalid_input', 'copies must be a whole number from 1 to 100')
  }
  return { copies: Number(copies), parallel: body['parallel'] === true }
}

function head(store: Store, account: Account, asked: { openid: string, body: Body, type: string }): Fields {
  const given = asked.body['createTime']
  return {
    ToUserName: account.originalId, FromUserName: asked.openid,
    CreateTime: typeof given === 'number' ? given : Math.floor(store.now() / 1000), MsgType: asked.type,
  }
}

export type PhoneAnswer = { attempts: number, status: number | null, reply: string | null, msgId: string | null,
  shown: unknown[], tries: unknown[] }

async function push(store: Store, what: Push, body: Body): Promise<PhoneAnswer> {
  store.saveSoon()
  const { attempts, ...rest } = await deliver(store, what, times(body))
  return { ...rest, attempts: attempts.length, msgId: what.msgId, tries: attempts }
}

export async function sendMessage(store: Store, openid: string, body: Body): Promise<PhoneAnswer> {
  const follower = getFollower(store, textOf(body, 'appid'), openid)
  const account = getAccount(store, follower.appid)
  const type = textOf(body, 'type')
  const inner = messageFields(type, body)
  times(body)
  if (!follower.subscribed) throw failWith(409, 'not_following', 'who does not follow the account cannot write to it')
  const msgId = optionalText(body, 'msgId') ?? nextMsgId(store)
  if (!/^\d{1,20}$/.test(msgId)) throw failWith(400, 'invalid_input', 'msgId must be a whole number as text')
  addLine(store, follower, { way: 'sent', type, text: ownText(type, inner), content: inner })
  openWindow(follower, 'bizmsgmenuid' in inner ? 'menu' : 'message', store.now())
  const fields = { ...head(store, account, { openid, body, type }), ...inner }
  return push(store, { account, openid, fields, msgId, key: `${account.appid}:${msgId}`, maxArticles: 1, showsFailure: true }, body)
}

const expectsAnswer = /^(subscribe|scan|click|scancode_.*|pic_.*|location_select)$/i
let events = 0

export async function sendEvent(store: Store, openid: string, body: Body): Promise<PhoneAnswer> {
  const follower = getFollower(store, textOf(body, 'appid'), openid)
  const account = getAccount(store, follower.appid)
  const event = textOf(body, 'event')
  const inner = eventFields(body)
  times(body)
  const follows = event.toLowerCase() === 'subscribe'
  if (!follower.subscribed && !follows) throw failWith(409, 'not_following', 'who does not follow the account can only subscribe')
  addLine(store, follower, { way: 'event', type: event, ...optionalText(body, 'eventKey') === null ? {} : { text: textOf(body, 'eventKey') } })
  follower.subscribed = event.toLowerCase() !== 'unsubscribe'
  if (!follower.subscribed) follower.window = null
  const scene = sceneOfEvent(event)
  if (scene !== null) openWindow(follower, scene, store.now())
  const fields = { ...head(store, account, { openid, body, type: 'event' }), ...inner }
  const what: Push = {
    account, openid, fields, msgId: null, key: `event:${account.appid}:${++events}`, maxArticles: 8, showsFailure: expectsAnswer.test(event),
  }
  return push(store, what, body)
}
