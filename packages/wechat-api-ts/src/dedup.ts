import { hash } from 'node:crypto'
import type { Inbound } from './inbound.ts'
import { textOf } from './xml-node.ts'

/**
 * A key that is equal when the same push of an account is delivered again. ASCII, at most 70
 * characters.
 */
export function dedupKey(inbound: Inbound): string {
  if (
    inbound.kind !== 'event' &&
    inbound.msgId !== null &&
    /^[\x21-\x7e]{1,66}$/.test(inbound.msgId)
  ) {
    return `m:${inbound.msgId}`
  }
  return `e:${hash('sha256', JSON.stringify(identity(inbound)))}`
}

function identity(inbound: Inbound): (string | number | null)[] {
  const { toUserName, openid, createTime, fields } = inbound
  if (inbound.kind !== 'event') {
    return [
      toUserName,
      'message',
      openid,
      createTime,
      textOf(fields, 'MsgType').toLowerCase(),
      inbound.msgId,
    ]
  }
  const id = textOf(fields, 'MsgID')
  if (id) return [toUserName, 'event', inbound.name, id]
  // A follower may cause two different events within one second, so the key of an event contains
  // its name and key besides its time.
  return [
    toUserName,
    'event',
    openid,
    createTime,
    inbound.name,
    inbound.eventKey,
    textOf(fields, 'Ticket'),
  ]
}
