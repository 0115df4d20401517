// Translates what WeChat pushes into our own terms. Texts that are longer than our columns are cut
// here, so that the database never refuses them.
import {
  readFields,
  toInbound,
  type Inbound,
  type InboundEvent,
  type InboundMessage,
} from 'wechat-api-ts'
import { messageTypes } from '../../../rules/reply/message.ts'
import type { Deed, Part, LineContent } from '../../ports.ts'

export function deedOf(inbound: Inbound, xml: string): Deed {
  if (inbound.kind === 'event') return eventOf(inbound)
  if (inbound.kind === 'text') {
    return {
      kind: 'text',
      text: inbound.content,
      ...(inbound.bizmsgmenuid !== undefined && { tapped: inbound.bizmsgmenuid }),
    }
  }
  return { kind: 'line', said: saidBy(inbound, xml), parts: partsOf(inbound) }
}

/** Reads XML that was stored before we understood it. Null if we still do not, or for an event. */
export function readStored(xml: string): Extract<Deed, { kind: 'text' | 'line' }> | null {
  const inbound = toInbound(readFields(xml))
  if (inbound.kind === 'event' || inbound.kind === 'unknown') return null
  return deedOf(inbound, xml) as Extract<Deed, { kind: 'text' | 'line' }>
}

export const readPush = (xml: string): Deed => deedOf(toInbound(readFields(xml)), xml)

type LineMessage = Exclude<InboundMessage, { kind: 'text' }>

function saidBy(message: LineMessage, xml: string): LineContent {
  switch (message.kind) {
    case 'image':
      return {
        message_type: messageTypes.image,
        type: 'image',
        media_id: key(message.mediaId),
        file_url: fitting(message.picUrl, 500),
      }
    case 'voice':
      return {
        message_type: messageTypes.voice,
        type: 'voice',
        media_id: key(message.mediaId),
        text: orNull(message.recognition),
        extra: extra({ format: message.format }),
      }
    case 'video':
    case 'shortvideo':
      return {
        message_type: messageTypes.video,
        type: 'video',
        media_id: key(message.mediaId),
        extra: extra({ short: message.kind === 'shortvideo' }),
      }
    case 'location':
      return {
        message_type: messageTypes.location,
        type: 'location',
        lng: decimal(message.longitude),
        lat: decimal(message.latitude),
        map_scale: whole(message.scale),
        map_label: cut(message.label, 255),
      }
    case 'link':
      return {
        message_type: messageTypes.link,
        type: 'link',
        text: message.url,
        ...titled(message),
      }
    case 'file':
      return {
        message_type: messageTypes.file,
        type: 'file',
        ...titled(message),
        extra: extra({ size: message.totalLen, md5: message.fileMd5, key: message.fileKey }),
      }
    case 'unknown':
      return { message_type: messageTypes.other, type: 'other', extra: extra({ xml }) }
  }
}

const titled = ({ title, description }: { title: string; description: string }) => ({
  page_title: cut(title, 255),
  page_desc: cut(description, 500),
})

function partsOf(message: LineMessage): Part[] {
  const part = (name: Part['part'], mediaId: string): Part[] =>
    key(mediaId) === null ? [] : [{ part: name, mediaId }]
  if (message.kind === 'image') return part('file', message.mediaId)
  // WeChat's 16 kHz version of a voice is not used, because it is not always AMR, the format that
  // the console plays
  if (message.kind === 'voice') return part('file', message.mediaId)
  if (message.kind === 'video' || message.kind === 'shortvideo') {
    return [...part('file', message.mediaId), ...part('thumb', message.thumbMediaId)]
  }
  return []
}

/**
 * Events about the account, about messages that it sent, or about data that WeChat keeps. They are
 * no part of a conversation.
 */
const notices = new Set([
  'templatesendjobfinish',
  'masssendjobfinish',
  'publishjobfinish',
  'qualification_verify_success',
  'qualification_verify_fail',
  'naming_verify_success',
  'naming_verify_fail',
  'annual_renew',
  'verify_expired',
  'debug_demo',
  'card_pass_check',
  'card_not_pass_check',
  'card_sku_remind',
  'card_pay_order',
  'user_info_modified',
  'user_authorization_revoke',
  'user_authorization_cancellation',
  'subscribe_msg_sent_event',
  'add_express_path',
  'wxa_appeal_record',
])

function eventOf(event: InboundEvent): Deed {
  const name = plain(event.name)
  if (notices.has(name)) return { kind: 'notice', name }
  const detail = detailOf(event)
  return {
    kind: 'event',
    name,
    key: event.eventKey,
    known: event.event !== 'unknown',
    ...sceneOf(event),
    ...(detail && { detail }),
    ...placeOf(event),
  }
}

function sceneOf(event: InboundEvent): { scene?: string } {
  const scene = event.event === 'subscribe' || event.event === 'scan' ? event.scene : null
  return scene ? { scene } : {}
}

function placeOf(event: InboundEvent): {
  location?: { lng: string; lat: string; precision: string | null }
} {
  if (event.event !== 'location') return {}
  const [lng, lat] = [decimal(event.longitude), decimal(event.latitude)]
  return lng === null || lat === null
    ? {}
    : { location: { lng, lat, precision: decimal(event.precision) } }
}

/** What the event says in addition to its key, in words for people. */
function detailOf(event: InboundEvent): string {
  if ('scanResult' in event) return event.scanResult
  if (event.event === 'location_select') {
    return [event.poiName, event.label].filter(Boolean).join(' ')
  }
  if ('pictures' in event) return String(event.count ?? event.pictures.length)
  if ('toKfAccount' in event) return `${event.fromKfAccount} → ${event.toKfAccount}`
  if ('kfAccount' in event) return event.kfAccount
  return 'tradeNo' in event ? (event.tradeNo ?? '') : ''
}

const orNull = (text: string): string | null => (text === '' ? null : text)
/** The zoom level of a map; a value that no map uses is dropped. */
const whole = (number: number | null): number | null =>
  number === null || Math.abs(number) >= 2 ** 31 ? null : Math.round(number)
/**
 * WeChat's names are ASCII, as are our columns for them. If a name is something else, its XML is
 * stored.
 */
const plain = (name: string): string => name.replaceAll(/[^\x21-\x7e]/g, '?').slice(0, 64)
/**
 * Shortens a text to our columns' length. It cuts between code points, so that no character is
 * split.
 */
const cut = (text: string, most: number): string | null =>
  orNull(Array.from(text).slice(0, most).join(''))
/**
 * Drops a web address that is too long for our columns, because a part of an address is useless.
 */
const fitting = (text: string, most: number): string | null =>
  text !== '' && text.length <= most ? text : null
const key = (text: string): string | null => (/^[\x21-\x7e]{1,128}$/.test(text) ? text : null)
const decimal = (number: number | null): string | null =>
  number === null ? null : String(number).slice(0, 24)
const extra = (facts: object): string => JSON.stringify(facts)
