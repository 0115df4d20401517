import type { Time, Whole } from './basic.ts'
import type { Article, Menu, MiniProgram } from './content.ts'

/**
 * The content of a line. In a line that kefu sent, the fields have the same names as in the call
 * that sends a message.
 */
export interface Said {
  text?: string
  media?: Media
  location?: SentLocation
  link?: SentLink
  event?: SentEvent
  /** The database refused to store the push; this line stands in its place. */
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

/** A line of a conversation, in either direction. */
export interface Message extends Said {
  id: string
  /** Null if the line belongs to no session; `seq` is null then as well. */
  sessionId: string | null
  /** The number of the line in its session; numbers have no gaps. */
  seq: Whole | null
  direction: 'in' | 'out' | 'system'
  opercode: Opercode
  /**
   * The number by which the type is stored; 0 for events and for messages that kefu does not
   * understand.
   */
  messageType: Whole
  type: MessageType
  /**
   * The uid of the person who wrote the line. On a line that no person wrote, such as a rule's or
   * an event, it names the owner that the session had then. Lines of customers have no uid.
   */
  agentUid?: Whole
  /** The name of the writer at that time; only if the writer was not the owner of the session. */
  agentName?: string
  clientMsgId?: string
  /** The id of the earlier line that was sent again as this one. */
  resendOf?: string
  delivery?: Delivery
  createdAt: Time
}

/**
 * 1 agent, 2 customer, 3 supervisor or admin, 4 member of a group chat, 5 system or note, 6 rule.
 */
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
  /** The id of the stored file. `id` and `url` are only there while `state` is `ready`. */
  id?: string
  url?: string
  mime?: string
  /** The size of the file in bytes. */
  size?: Whole
  name?: string
  /** The format of a voice message, in WeChat's words. */
  format?: string
  /** Set only if WeChat sent the video as a short video. */
  short?: true
  /** The reason why the file is gone for good; only while `state` is `lost`. */
  reason?: string
  thumb?: { id: string; url: string }
}

/**
 * A `ready` file can be loaded, a `pending` one is being fetched from WeChat, a `lost` one is gone
 * for good, and an `unavailable` one is never given out by WeChat.
 */
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

/**
 * An event in the conversation: something the customer did other than writing, such as following
 * the account.
 */
export interface SentEvent {
  name: string
  key: string
  detail?: string
}

export interface Delivery {
  state: DeliveryState
  /**
   * The errcode that WeChat answered to the last attempt; 0 means that it accepted the message.
   * Absent if WeChat gave none.
   */
  errcode?: Whole
  /** Why the message failed or its outcome is unknown; absent in every other state. */
  why?: DeliveryWhy
  /**
   * Why the message failed or its outcome is unknown, in words for people, in Chinese and English.
   */
  explanation?: string
}

/** Why a message did not arrive, or why nobody knows whether it did. */
export type DeliveryWhy =
  /** WeChat refused the message; `errcode` and the explanation tell why. */
  | 'wechat_refused'
  /** The message was given up, because WeChat could not be reached for ten minutes. */
  | 'wechat_away'
  /**
   * The message was given up, because WeChat refused the account's access token for ten minutes.
   */
  | 'token_refused'
  /** The message was given up, because WeChat did not accept its file for ten minutes. */
  | 'upload_failed'
  /** The message was not sent, because its file is no longer stored by kefu. */
  | 'file_missing'
  | 'account_not_bound'
  /**
   * The message was given up, because the server failed for ten minutes; this is a fault of kefu.
   */
  | 'internal'
  /** Sending was begun, but no clear answer of WeChat came, so nobody knows whether it arrived. */
  | 'no_answer'
  | 'reply_window_closed'
  | 'reply_budget_used'
  | 'last_reply_reserved'
  | 'dropped_on_close'
  /** A person sent the message again; the new line names this one as `resendOf`. */
  | 'resent'
  /** A person found out that the message, which was failed or unknown, did not arrive. */
  | 'resolved'

/** `unknown` means that the message may have been sent, but nobody knows whether it arrived. */
export type DeliveryState = 'pending' | 'sending' | 'sent' | 'failed' | 'unknown'

/** The answer of a call that writes a line or changes its delivery. */
export interface OneMessage {
  message: Message
}
