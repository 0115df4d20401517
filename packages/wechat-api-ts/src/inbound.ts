import { badXml } from './errors.ts'
import { readEvent, type EventDetails } from './events.ts'
import { numberOf, textOf, type XmlNode } from './xml-node.ts'

/**
 * What every push has. `fields` contains every element as it arrived, including elements that the
 * SDK does not know.
 */
type InboundCommon = { toUserName: string; openid: string; createTime: number; fields: XmlNode }

/** The article from which the follower wrote. */
export type FromArticle = { dataId: string; index: number | null }

type Message = InboundCommon & { msgId: string | null; article?: FromArticle }

export type InboundText = Message & {
  kind: 'text'
  content: string
  /**
   * The id of the tapped entry of a menu message. WeChat counts this as a tap (which allows 3
   * replies in a minute) and not as a message (5 in 48 hours).
   */
  bizmsgmenuid?: string
}
export type InboundImage = Message & { kind: 'image'; picUrl: string; mediaId: string }
export type InboundVoice = Message & {
  kind: 'voice'
  mediaId: string
  format: string
  /** The 16 kHz version of the voice; '' if WeChat made none. */
  mediaId16K: string
  /** Speech recognition was withdrawn in 2023, so this is always '' today. */
  recognition: string
}
export type InboundVideo = Message & {
  kind: 'video' | 'shortvideo'
  mediaId: string
  thumbMediaId: string
}
export type InboundLocation = Message & {
  kind: 'location'
  latitude: number | null
  longitude: number | null
  scale: number | null
  label: string
}
export type InboundLink = Message & {
  kind: 'link'
  title: string
  description: string
  url: string
}
/** A file from the follower. It has no media id, because WeChat lets nobody download it. */
export type InboundFile = Message & {
  kind: 'file'
  title: string
  description: string
  fileKey: string
  fileMd5: string
  totalLen: number | null
}
/** A message of an unknown type. `msgType` is in lower case; the content is in `fields`. */
export type InboundUnknown = Message & { kind: 'unknown'; msgType: string }

export type InboundMessage =
  | InboundText
  | InboundImage
  | InboundVoice
  | InboundVideo
  | InboundLocation
  | InboundLink
  | InboundFile
  | InboundUnknown

/**
 * An event. `event` is its name in lower case if the SDK knows it, otherwise 'unknown'. `name` is
 * always the name that WeChat sent, in lower case.
 */
type EventOf<E extends keyof EventDetails> = InboundCommon & {
  kind: 'event'
  event: E
  name: string
  eventKey: string
} & EventDetails[E]
export type InboundEvent = { [E in keyof EventDetails]: EventOf<E> }[keyof EventDetails]

export type Inbound = InboundMessage | InboundEvent

export function toInbound(fields: XmlNode): Inbound {
  const msgType = required(fields, 'MsgType').toLowerCase()
  const common: InboundCommon = {
    toUserName: required(fields, 'ToUserName'),
    openid: openidOf(fields),
    createTime: seconds(required(fields, 'CreateTime')),
    fields,
  }
  return msgType === 'event' ? toEvent(common) : toMessage(common, msgType)
}

function toEvent(common: InboundCommon): InboundEvent {
  const name = required(common.fields, 'Event').toLowerCase()
  const eventKey = textOf(common.fields, 'EventKey')
  return {
    kind: 'event',
    ...common,
    name,
    eventKey,
    ...readEvent(name, common.fields),
  } as InboundEvent
}

function toMessage(common: InboundCommon, msgType: string): InboundMessage {
  const { fields } = common
  // The id of a message is in MsgId, but one page of WeChat's documents writes that of a voice
  // message as MsgID.
  const msgId = textOf(fields, 'MsgId') || textOf(fields, 'MsgID') || null
  const dataId = textOf(fields, 'MsgDataId')
  const message = {
    ...common,
    msgId,
    ...(dataId && { article: { dataId, index: numberOf(fields, 'Idx') } }),
  }
  if (msgType === 'text') {
    const menu = textOf(fields, 'bizmsgmenuid')
    return {
      kind: 'text',
      ...message,
      content: textOf(fields, 'Content'),
      ...(menu && { bizmsgmenuid: menu }),
    }
  }
  return toOther(message, msgType)
}

function toOther(message: Message, msgType: string): InboundMessage {
  const text = (name: string) => textOf(message.fields, name)
  const number = (name: string) => numberOf(message.fields, name)
  switch (msgType) {
    case 'image':
      return { kind: 'image', ...message, picUrl: text('PicUrl'), mediaId: text('MediaId') }
    case 'voice':
      return {
        kind: 'voice',
        ...message,
        mediaId: text('MediaId'),
        format: text('Format').toLowerCase(),
        mediaId16K: text('MediaId16K'),
        recognition: text('Recognition'),
      }
    case 'video':
    case 'shortvideo':
      return {
        kind: msgType,
        ...message,
        mediaId: text('MediaId'),
        thumbMediaId: text('ThumbMediaId'),
      }
    case 'location':
      return {
        kind: 'location',
        ...message,
        latitude: number('Location_X'),
        longitude: number('Location_Y'),
        scale: number('Scale'),
        label: text('Label'),
      }
    case 'link':
      return {
        kind: 'link',
        ...message,
        title: text('Title'),
        description: text('Description'),
        url: text('Url'),
      }
    case 'file':
      return {
        kind: 'file',
        ...message,
        title: text('Title'),
        description: text('Description'),
        fileKey: text('FileKey'),
        fileMd5: text('FileMd5'),
        totalLen: number('FileTotalLen'),
      }
    default:
      return { kind: 'unknown', ...message, msgType }
  }
}

function required(fields: XmlNode, name: string): string {
  const value = textOf(fields, name)
  if (!value) throw badXml(`${name} is missing`)
  return value
}

/**
 * An openid consists of ASCII characters without spaces. Anything else is a forgery, and could not
 * be stored in an ASCII column.
 */
function openidOf(fields: XmlNode): string {
  const openid = required(fields, 'FromUserName')
  if (!/^[\x21-\x7e]{1,64}$/.test(openid)) throw badXml('FromUserName is not an openid')
  return openid
}

function seconds(text: string): number {
  if (!/^[0-9]{1,12}$/.test(text)) throw badXml('CreateTime is not a number')
  return Number(text)
}
