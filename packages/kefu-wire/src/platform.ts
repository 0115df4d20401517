import type { Time } from './basic.ts'

/**
 * A third-party platform. `ticketUrl` and `messageUrl` are entered at WeChat, and owners of
 * accounts open `authorizeUrl` to give rights to the platform. They are only there if the server
 * knows its own address.
 */
export interface Platform {
  componentAppid: string
  hasAppSecret: boolean
  hasToken: boolean
  hasEncodingAesKey: boolean
  keysChangedAt: Time | null
  /** When the last verify ticket arrived from WeChat. */
  ticketAt: Time | null
  createdAt: Time
  ticketUrl?: string
  messageUrl?: string
  authorizeUrl?: string
}
