import type { Inbound } from './inbound.ts'
import type { PassiveReply } from './reply.ts'
import { mostTextBytes } from './split.ts'
import { stripForbidden } from './text.ts'

/**
 * Why WeChat would not deliver this answer to this push; null if it would. If it is sent anyway,
 * the follower reads that the account is out of service. So answer nothing, or send it as a
 * customer-service message.
 */
export function replyFault(inbound: Inbound, reply: PassiveReply): string | null {
  if ('mediaId' in reply) return lack(reply.mediaId, 'a media id')
  switch (reply.type) {
    case 'text':
      return textFault(reply.text)
    case 'news':
      return newsFault(reply.articles.length, inbound.kind === 'event' ? 8 : 1)
    case 'music':
      return lack(reply.thumbMediaId, 'a thumb media id')
    case 'transfer_customer_service':
      return lack(reply.kfAccount ?? 'any', 'a name of the KF account')
    case 'transfer_biz_ai_ivr':
      return lack(inbound.kind !== 'event', 'a message, not an event,')
  }
}

function lack(given: unknown, what: string): string | null {
  return given ? null : `${what} is needed`
}

function textFault(text: string): string | null {
  if (!stripForbidden(text).trim()) return 'an empty text'
  return Buffer.byteLength(text) > mostTextBytes
    ? `a text has at most ${mostTextBytes} bytes`
    : null
}

function newsFault(count: number, most: number): string | null {
  if (count === 0) return 'no article'
  return count > most ? `at most ${most} of articles answer this push` : null
}
