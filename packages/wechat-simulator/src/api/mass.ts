import type { Body } from '../http.ts'
import { tell } from '../phone/tell.ts'
import { mediaError } from '../state/media.ts'
import { addLine, findFollower, nextNumber } from '../state/store.ts'
import { keyOf, ofAccount, put } from '../state/tables.ts'
import type { Mass, MediaType } from '../types.ts'
import {
  bytesOf,
  may,
  needNumber,
  needObject,
  needText,
  post,
  refuse,
  refuseIf,
  textsIn,
} from './call.ts'
import type { Answer, Call, Endpoints } from './call.ts'
import { checkText, describe } from './custom.ts'
import { openidsOf } from './users.ts'

const day = 24 * 3600_000
/** The sender of WeChat's own events about mass messages; no account can write to it. */
const helper = 'oMassSendHelper0000000000001'

const mediaOf: Record<string, MediaType> = {
  image: 'image',
  voice: 'voice',
  mpvideo: 'video',
  mpnews: 'news',
}

function checkMedia({ store, account: { appid } }: Call, content: Body, kind: MediaType): void {
  const ids: unknown[] = Array.isArray(content['media_ids'])
    ? content['media_ids']
    : [content['media_id']]
  for (const mediaId of ids) refuseIf(mediaError(store, { appid, mediaId, types: [kind] }))
}

function contentIn(call: Call): { type: string; content: Body } {
  const type = needText(call.body, 'msgtype', 40008)
  const content =
    may(call.body, type, 'object') ??
    (type === 'image' ? may(call.body, 'images', 'object') : undefined) ??
    {}
  const kind = Object.hasOwn(mediaOf, type) ? mediaOf[type] : undefined
  if (kind !== undefined) checkMedia(call, content, kind)
  else if (type === 'text') checkText(content)
  else if (type !== 'wxcard') refuse(40008)
  return { type, content }
}

/**
 * Refuses a second mass message of a subscription account within a day. Returns the mass messages
 * of the last 30 days: a service account may reach each follower with four of them.
 */
function checkQuota(call: Call): Mass[] {
  const { store, account } = call
  const before = ofAccount(store, 'masses', account.appid)
  const today = before.filter((one) => one.at > store.now() - day)
  if (account.kind === 'subscription' && today.length >= 1) refuse(45028)
  return before.filter((one) => one.at > store.now() - 30 * day)
}

function checkClientId(call: Call): string {
  const id = may(call.body, 'clientmsgid', 'string') ?? ''
  if (bytesOf(id) > 32) refuse(45067)
  const known =
    id === ''
      ? undefined
      : ofAccount(call.store, 'masses', call.account.appid).find((one) => one.clientId === id)
  if (known !== undefined) refuse(45065, { msg_id: known.msgId, msg_data_id: known.dataId })
  return id
}

function deliver(call: Call, mass: Mass, asked: number): void {
  const { store, account } = call
  let sent = 0
  for (const openid of mass.openids) {
    const follower = findFollower(store, account.appid, openid)
    if (follower?.subscribed !== true || follower.blocked) continue
    addLine(store, follower, { way: 'mass', ...describe(mass.type, mass.content) })
    sent += 1
  }
  const filtered = mass.openids.length
  tell(store, account, {
    openid: helper,
    fields: {
      Event: 'MASSSENDJOBFINISH',
      MsgID: String(mass.msgId),
      Status: 'send success',
      TotalCount: asked,
      FilterCount: filtered,
      SentCount: sent,
      ErrorCount: filtered - sent,
    },
  })
}

function send(call: Call, asked: string[]): Answer {
  const { store, account } = call
  const { type, content } = contentIn(call)
  const clientId = checkClientId(call)
  const before = checkQuota(call)
  const isFull = (openid: string): boolean =>
    account.kind === 'service' && before.filter((one) => one.openids.includes(openid)).length >= 4
  const openids = asked.filter((openid) => !isFull(openid))
  if (asked.length > 0 && openids.length === 0) refuse(45028)
  const msgId = nextNumber(store, `masses ${account.appid}`, 1_000_000_001)
  const mass = put(store, 'masses', {
    appid: account.appid,
    msgId,
    dataId: msgId + 1_000_000_000,
    clientId,
    type,
    content,
    openids,
    at: store.now(),
    status: 'SEND_SUCCESS',
    deleted: false,
  })
  deliver(call, mass, asked.length)
  return {
    errcode: 0,
    errmsg: 'send job submission success',
    msg_id: mass.msgId,
    msg_data_id: mass.dataId,
  }
}

function sendAll(call: Call): Answer {
  const filter = needObject(call.body, 'filter', 40035)
  const tag = filter['is_to_all'] === true ? null : needNumber(filter, 'tag_id', 45159)
  return send(
    call,
    openidsOf(call, (one) => one.subscribed && (tag === null || one.tagIds.includes(tag))),
  )
}

function sendSome(call: Call): Answer {
  const openids = textsIn(call.body, 'touser', 40031)
  if (openids.length < 2) refuse(40130)
  if (openids.length > 10_000) refuse(40032)
  for (const openid of openids) {
    if (findFollower(call.store, call.account.appid, openid) === undefined) refuse(40003)
  }
  return send(call, openids)
}

function preview(call: Call): Answer {
  const { type, content } = contentIn(call)
  const follower =
    findFollower(call.store, call.account.appid, call.body['touser']) ?? refuse(40003)
  if (!follower.subscribed) refuse(43004)
  addLine(call.store, follower, { way: 'mass', ...describe(type, content) })
  return { errcode: 0, errmsg: 'preview success' }
}

function find(call: Call): Mass {
  const id = call.body['msg_id']
  const number = typeof id === 'string' && /^\d+$/.test(id) ? Number(id) : id
  return typeof number === 'number'
    ? (call.store.masses.get(keyOf(call.account.appid, number)) ?? refuse(40035))
    : refuse(40035)
}

function remove(call: Call): undefined {
  find(call).deleted = true
  call.store.saveSoon()
}

function status(call: Call): Answer {
  const { msgId, deleted, status: text } = find(call)
  return { msg_id: msgId, msg_status: deleted ? 'DELETE' : text }
}

const more = { notFor: ['unverified' as const] }

export const massEndpoints: Endpoints = {
  '/cgi-bin/message/mass/sendall': post(sendAll, { daily: 100, ...more }),
  '/cgi-bin/message/mass/send': post(sendSome, { daily: 100, ...more }),
  '/cgi-bin/message/mass/preview': post(preview, { daily: 100, ...more }),
  '/cgi-bin/message/mass/delete': post(remove, more),
  '/cgi-bin/message/mass/get': post(status, more),
}
