import type { Time, Whole } from './basic.ts'
import type { Article, Menu, MiniProgram } from './content.ts'

/** What a line says; what we sent has the names of the call that sends. */
export interface Said {
  text?: string
  media?: Media
  location?: SentLocation
  link?: SentLink
  event?: SentEvent
  /** The database refused what came; this line stands for it. */
  refused?: true
  mediaId?: string
  thumbMediaId?: string
  title?: string
  description?: string
  articles?: Article[]
  menu?: Menu
  miniprogram?: MiniProgram
  articleId?: string
}

/** A line: what was said, either way. */
export interface Message extends Said {
  id: string
  /** Null, like `seq`, where it was said outside any session. */
  sessionId: string | null
  /** Numbers the lines of a session, without gaps. */
  seq: Whole | null
  direction: 'in' | 'out' | 'system'
  opercode: Opercode
  /** The type as a number, as it is stored; 0 of an event and of what is not understood. */
  messageType: Whole
  type: MessageType
  /** Who of our side wrote it. */
  agentUid?: Whole
  /** What they were called then, where it was not the owner of the session. */
  agentName?: string
  clientMsgId?: string
  /** The line that was sent again as this one. */
  resendOf?: string
  delivery?: Delivery
  createdAt: Time
}

/** 1 agent, 2 customer, 3 supervisor or admin, 4 member of a group chat, 5 system or note, 6 rule. */
export type Opercode = 1 | 2 | 3 | 4 | 5 | 6

export type MessageType =
  | 'text'
  | 'image'
  | 'voice'
  | 'video'
  | 'location'
  | 'link'
  | 'news'
  | 'article'
  | 'file'
  | 'menu'
  | 'miniprogram'
  | 'event'
  | 'other'

export interface Media {
  state: MediaState
  /** Both only while it is ready. */
  id?: string
  url?: string
  mime?: string
  /** In bytes. */
  size?: Whole
  name?: string
  /** Of a voice, as WeChat calls it. */
  format?: string
  /** Of a video: a short one. */
  short?: true
  /** Why it is lost. */
  reason?: string
  thumb?: { id: string; url: string }
}

/** `ready` can be loaded, `pending` is being fetched, `lost` is gone for good; what WeChat gives nobody is `unavailable`. */
export type MediaState = 'ready' | 'pending' | 'lost' | 'unavailable'

export interface SentLocation {
  latitude: number | null
  longitude: number | null
  scale: Whole | null
  label: string
}

export interface SentLink {
  title: string
  description: string
  url: string
}

/** What the customer did. */
export interface SentEvent {
  name: string
  key: string
  detail?: string
}

export interface Delivery {
  state: DeliveryState
  /** WeChat's. */
  errcode?: Whole
  /** In Chinese and English. */
  explanation?: string
}

/** `unknown`: it was sent, and whether it arrived was not told. */
export type DeliveryState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown'

/** Of a call that writes or settles a line. */
export interface OneMessage {
  message: Message
}
