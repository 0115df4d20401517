import type { Time } from './basic.ts'

/** A third-party platform. The URLs are there where the server knows its own address, to be entered at WeChat. */
export interface Platform {
  componentAppid: string
  hasAppSecret: boolean
  hasToken: boolean
  hasEncodingAesKey: boolean
  keysChangedAt: Time | null
  /** When its last ticket came. */
  ticketAt: Time | null
  createdAt: Time
  ticketUrl?: string
  messageUrl?: string
  authorizeUrl?: string
}
