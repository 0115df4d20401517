import { createHash } from 'node:crypto'
import { badXml } from './errors.ts'
import { textOf, type XmlNode } from './xml-node.ts'

type Common = { toUserName: string; openid: string; createTime: number; msgId: string | null; fields: XmlNode }

export type InboundText = Common & { kind: 'text'; content: string; bizmsgmenuid?: string }
export type InboundEvent = Common & { kind: 'event'; event: string; eventKey: string; ticket: string }
export type InboundOther = Common & { kind: 'other'; msgType: string }
export type Inbound = InboundText | InboundEvent | InboundOther

export function toInbound(fields: XmlNode): Inbound {
  const msgType = required(fields, 'MsgType').toLowerCase()
  const common = {
    toUserName: required(fields, 'ToUserName'),
    openid: openidOf(fields),
    createTime: seconds(required(fields, 'CreateTime')),
    fields,
  }
  if (msgType === 'event') {
    const event = required(fields, 'Event').toLowerCase()
    const [eventKey, ticket] = [textOf(fields, 'EventKey'), textOf(fields, 'Ticket')]
    return { kind: 'event', ...common, msgId: null, event, eventKey, ticket }
  }
  // One page of the platform's documents spells the id of a voice message MsgID.
  const msgId = textOf(fields, 'MsgId') || textOf(fields, 'MsgID') || null
  if (msgType !== 'text') return { kind: 'other', ...common, msgId, msgType }
  const menu = textOf(fields, 'bizmsgmenuid')
  return { kind: 'text', ...common, msgId, content: textOf(fields, 'Content'), ...(menu && { bizmsgmenuid: menu }) }
}

/** Equal for the same push sent again, within one account; ASCII, at most 70 characters. */
export function dedupKey(inbound: Inbound): string {
  if (inbound.msgId !== null && /^[\x21-\x7e]{1,66}$/.test(inbound.msgId)) return `m:${inbound.msgId}`
  const digest = createHash('sha256').update(JSON.stringify(identity(inbound))).digest('hex')
  return `e:${digest}`
}

function identity(inbound: Inbound): (string | number | null)[] {
  const { toUserName, openid, createTime } = inbound
  if (inbound.kind !== 'event') {
    return [toUserName, 'message', openid, createTime, textOf(inbound.fields, 'MsgType').toLowerCase(), inbound.msgId]
  }
  const id = textOf(inbound.fields, 'MsgID')
  if (id) return [toUserName, 'event', inbound.event, id]
  // Two different events of one follower within a second are normal, so the time alone is not enough.
  return [toUserName, 'event', openid, createTime, inbound.event, inbound.eventKey]
}

function required(fields: XmlNode, name: string): string {
  const value = textOf(fields, name)
  if (!value) throw badXml(`${name} is missing`)
  return value
}

/** A key, never words: one that is not is a forgery, and databases keep keys in ASCII. */
function openidOf(fields: XmlNode): string {
  const openid = required(fields, 'FromUserName')
  if (!/^[\x21-\x7e]{1,64}$/.test(openid)) throw badXml('FromUserName is not an openid')
  return openid
}

function seconds(text: string): number {
  if (!/^[0-9]{1,12}$/.test(text)) throw badXml('CreateTime is not a number')
  return Number(text)
}
