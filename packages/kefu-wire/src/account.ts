import type { Page, Time, Whole } from './basic.ts'

export type Account = WechatAccount | WebAccount

/** An official account, or a mini program. Secrets are write-only: it is told whether there is one. */
export interface WechatAccount {
  id: string
  kind: 'wechat'
  /** 1 official account, 2 mini program. */
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
  /** The third-party platform that speaks for it. */
  componentAppid: string | null
  /** What came while it was bound to nobody. */
  unboundPushes: CountedPushes
  /** What was refused because its time was long gone. */
  oldPushes: CountedPushes
  /** To be entered at WeChat; null where the server does not know its own address. */
  callbackUrl: string | null
  createdAt: Time
}

/** A website whose visitors write. */
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

/** Under which name followers see an agent. */
export interface Identity {
  uid: Whole
  name: string
  /** `prefix@account`, as WeChat writes it. */
  kfAccount: string | null
  nickname: string | null
}

export interface Identities extends Page<Identity> {
  /** What WeChat lists. */
  listed: ListedIdentity[]
}

export interface ListedIdentity {
  kfAccount: string
  kfId: string | null
  nickname: string
  inviteStatus: string | null
}
