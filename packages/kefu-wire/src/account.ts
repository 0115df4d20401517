import type { Page, Time, Whole } from './basic.ts'

export type Account = WechatAccount | WebAccount

/**
 * An official account or a mini program. Its secrets are never answered, only whether they are set.
 */
export interface WechatAccount {
  id: string
  kind: 'wechat'
  /** The kind of account: 1 official account, 2 mini program. */
  type: 1 | 2
  appid: string
  name: string
  originalId: string
  mode: 'plain' | 'compatible' | 'safe'
  binding: Binding
  ownLane: boolean
  hasAppSecret: boolean
  hasToken: boolean
  hasEncodingAesKey: boolean
  keysChangedAt: Time | null
  /** The appid of the third-party platform through which the account is used. */
  componentAppid: string | null
  /**
   * How many pushes arrived while the account was not bound to kefu. They were counted but not
   * stored.
   */
  unboundPushes: CountedPushes
  /** How many pushes were refused because their time was long before that of newer pushes. */
  oldPushes: CountedPushes
  /** The URL to enter at WeChat; null if the server does not know its own address. */
  callbackUrl: string | null
  createdAt: Time
}

/** An account whose customers write on a website instead of in WeChat. */
export interface WebAccount {
  id: string
  kind: 'web'
  name: string
  binding: Binding
  ownLane: boolean
  siteKey: string | null
  allowedOrigins: string[]
  createdAt: Time
}

export type Binding = 'direct' | 'platform' | 'unbound'

export interface CountedPushes {
  count: Whole
  lastAt: Time | null
}

/** The name under which followers see an agent. */
export interface Identity {
  uid: Whole
  name: string
  /** The agent's account at WeChat, written `prefix@account`. */
  kfAccount: string | null
  nickname: string | null
}

export interface Identities extends Page<Identity> {
  /**
   * All customer-service accounts that WeChat has for this official account, even if no agent uses
   * them.
   */
  listed: ListedIdentity[]
}

export interface ListedIdentity {
  kfAccount: string
  kfId: string | null
  nickname: string
  inviteStatus: string | null
}
