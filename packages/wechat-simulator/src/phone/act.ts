import { failWith, isKnown, isText, optionalText, textOf } from '../http.ts'
import type { Body } from '../http.ts'
import { deliver } from '../push/deliver.ts'
import type { Push } from '../push/deliver.ts'
import { tampers } from '../push/write.ts'
import type { Tamper } from '../push/write.ts'
import { addLine, nextMsgId, seconds } from '../state/store.ts'
import type { Store } from '../state/store.ts'
import { openWindow, sceneOfEvent } from '../state/window.ts'
import type { Account, Follower } from '../types.ts'
import { readPush } from '../wire/pushed.ts'
import type { Fields } from '../wire/xml.ts'
import { handOver, recordLine } from './desk.ts'
import { comesFromPlatform, eventFields, expectsAnswer } from './events.ts'
import { messageFields, ownText } from './messages.ts'
import { getAccount, getFollower } from './people.ts'
import { eventKey, headOf } from './tell.ts'

export type PhoneAnswer = {
  attempts: number
  status: number | null
  reply: string | null
  msgId: string | null
  shown: unknown[]
  tries: unknown[]
}

function times(body: Body): { copies: number; parallel: boolean } {
  const copies = body['copies'] ?? 1
  if (!Number.isInteger(copies) || Number(copies) < 1 || Number(copies) > 100) {
    throw failWith(400, 'invalid_input', 'copies must be a whole number from 1 to 100')
  }
  return { copies: Number(copies), parallel: body['parallel'] === true }
}

function tamperOf(body: Body): { tamper?: Tamper } {
  const { tamper } = body
  if (tamper === undefined) return {}
  if (!isKnown(tampers, tamper)) {
    throw failWith(400, 'invalid_input', `tamper must be one of ${tampers.join(', ')}`)
  }
  return { tamper }
}

type Deed = { what: Push; follower: Follower; body: Body }

async function push(store: Store, { what, follower, body }: Deed): Promise<PhoneAnswer> {
  store.saveSoon()
  const { attempts, desk, ...rest } = await deliver(
    store,
    { ...what, ...tamperOf(body) },
    times(body),
  )
  if (desk !== undefined) handOver(store, follower, desk.kfAccount)
  return { ...rest, attempts: attempts.length, msgId: what.msgId, tries: attempts }
}

/** What happens to a message or an event of a follower on the blacklist: it is not pushed. */
function unheard(msgId: string | null): PhoneAnswer {
  return { attempts: 0, status: null, reply: null, msgId, shown: [], tries: [] }
}

function check(body: Body): void {
  times(body)
  tamperOf(body)
}

export async function sendMessage(store: Store, openid: string, body: Body): Promise<PhoneAnswer> {
  const follower = getFollower(store, textOf(body, 'appid'), openid)
  const account = getAccount(store, follower.appid)
  if (isText(body['xml'])) return sendRaw(store, { account, follower, body })
  const type = textOf(body, 'type')
  check(body)
  const { fields: inner, after } = messageFields(type, body, { store, appid: account.appid })
  if (!follower.subscribed) {
    throw failWith(409, 'not_following', 'who does not follow the account cannot write to it')
  }
  const msgId = optionalText(body, 'msgId') ?? nextMsgId(store)
  if (!/^\d{1,20}$/.test(msgId)) {
    throw failWith(400, 'invalid_input', 'msgId must be a whole number as text')
  }
  const media = inner['MediaId'] ?? inner['ThumbMediaId']
  addLine(store, follower, {
    way: 'sent',
    type,
    text: ownText(type, inner),
    ...(isText(media) ? { mediaId: media } : {}),
    content: inner,
  })
  if (follower.blacklisted) return unheard(msgId)
  openWindow(follower, 'bizmsgmenuid' in after ? 'menu' : 'message', store.now())
  recordLine(store, follower, { opercode: 2003, type, text: ownText(type, inner) })
  const fields = {
    ...headOf(store, account, { openid, type, createTime: body['createTime'] }),
    ...inner,
  }
  const key = `${account.appid}|msg|${msgId}`
  return push(store, {
    follower,
    body,
    what: { account, openid, fields, after, msgId, key, isMessage: true, showsFailure: true },
  })
}

type Raw = { account: Account; follower: Follower; body: Body }

/**
 * Pushes any text unchanged, signed and encrypted as usual, for things that WeChat never or not yet
 * sends.
 */
async function sendRaw(store: Store, { account, follower, body }: Raw): Promise<PhoneAnswer> {
  check(body)
  const xml = textOf(body, 'xml')
  let key = eventKey(store, account.appid)
  let read: ReturnType<typeof readPush> | null = null
  try {
    read = readPush(xml)
  } catch {
    /* A text that cannot be read is pushed as well; testing such texts is the purpose. */
  }
  if (read !== null) key = `${account.appid}|${read.dedupKey}`
  const isMessage = read?.kind !== 'event'
  addLine(store, follower, {
    way: isMessage ? 'sent' : 'event',
    type: read?.type ?? 'xml',
    text: xml,
  })
  if (isMessage) openWindow(follower, 'message', store.now())
  return push(store, {
    follower,
    body,
    what: {
      account,
      openid: follower.openid,
      fields: {},
      xml,
      msgId: null,
      key,
      isMessage,
      showsFailure: isMessage,
    },
  })
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function follow(store: Store, follower: Follower, key: string): void {
  const scene = key.startsWith('qrscene_') ? key.slice(8) : null
  const isNumber = scene !== null && /^\d{1,10}$/.test(scene)
  Object.assign(follower, {
    subscribed: true,
    subscribedAt: seconds(store.now()),
    subscribeScene: scene === null ? 'ADD_SCENE_SEARCH' : 'ADD_SCENE_QR_CODE',
    qrScene: isNumber ? Number(scene) : 0,
    qrSceneStr: scene === null || isNumber ? '' : scene,
  })
}

function rememberSubscriptions(follower: Follower, fields: Fields): void {
  for (const value of Object.values(fields)) {
    const list = typeof value === 'object' && 'List' in value ? value['List'] : []
    for (const one of Array.isArray(list) ? list : [list]) {
      const { TemplateId: id, SubscribeStatusString: status } = one as Fields
      if (typeof id !== 'string') continue
      if (status === 'accept') follower.subscriptions[id] = (follower.subscriptions[id] ?? 0) + 1
      if (status === 'reject') follower.subscriptions[id] = 0
    }
  }
}

/**
 * Applies what the event changes at WeChat, for example that the follower unsubscribed, before it
 * is pushed.
 */
function takeEffect(store: Store, follower: Follower, fields: Fields): void {
  const event = text(fields['Event']).toLowerCase()
  if (event === 'subscribe') follow(store, follower, text(fields['EventKey']))
  if (event === 'unsubscribe') {
    Object.assign(follower, { subscribed: false, window: null, tagIds: [], remark: '' })
  }
  if (event.startsWith('subscribe_msg_')) rememberSubscriptions(follower, fields)
  const scene = sceneOfEvent(event)
  if (scene !== null) openWindow(follower, scene, store.now())
}

export async function sendEvent(store: Store, openid: string, body: Body): Promise<PhoneAnswer> {
  const follower = getFollower(store, textOf(body, 'appid'), openid)
  const account = getAccount(store, follower.appid)
  const event = textOf(body, 'event')
  const inner = eventFields(body, follower)
  check(body)
  const follows = event.toLowerCase() === 'subscribe'
  if (!follower.subscribed && !follows && !comesFromPlatform(event)) {
    throw failWith(409, 'not_following', 'who does not follow the account can only subscribe')
  }
  const { EventKey: key } = inner
  addLine(store, follower, {
    way: 'event',
    type: event,
    ...(isText(key) ? { text: key } : {}),
    content: inner,
  })
  takeEffect(store, follower, inner)
  if (follower.blacklisted) return unheard(null)
  const fields = {
    ...headOf(store, account, { openid, type: 'event', createTime: body['createTime'] }),
    ...inner,
  }
  const what: Push = {
    account,
    openid,
    fields,
    msgId: null,
    key: eventKey(store, account.appid),
    isMessage: false,
    showsFailure: expectsAnswer(event),
  }
  return push(store, { follower, body, what })
}
