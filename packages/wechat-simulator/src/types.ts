export type Mode = 'plain' | 'compatible' | 'safe'
export const formats = ['xml', 'json'] as const
export type Format = (typeof formats)[number]
export const kinds = ['service', 'subscription', 'unverified', 'miniprogram'] as const
export type Kind = (typeof kinds)[number]
export type Json = Record<string, unknown>

export type Account = {
  appid: string
  appSecret: string
  token: string
  encodingAesKey: string
  previousAesKey: string
  mode: Mode
  /** The format of the account's pushes and of the answers to them. */
  format: Format
  callbackUrl: string
  originalId: string
  name: string
  kind: Kind
  /**
   * The suffix of the names of the account's customer-service accounts; if empty, any suffix is
   * accepted.
   */
  wechatId: string
  /**
   * The addresses that may call the API with this account; null if the whitelist is switched off.
   */
  ipWhitelist: string[] | null
  miniPrograms: string[] | null
  /**
   * After this many failed pushes in a row nothing is pushed for a minute; 0 means that pushes
   * never stop.
   */
  markFail: number
  failures: number
  markedUntil: number
  /**
   * How many calls of the account are allowed per day or minute, by path. For other paths WeChat's
   * numbers per day apply, and any number per minute.
   */
  limits: Record<string, number>
  minuteLimits: Record<string, number>
  /**
   * The errcodes for a follower who left and for an unknown desk account. WeChat's documents
   * disagree about them, so they can be set.
   */
  codes: { unfollowed: number; kfAccount: number }
}

/**
 * How many messages the account may still send to a follower, and until when (in ms of the
 * simulator's clock).
 */
export type ReplyWindow = { endsAt: number; remaining: number; scene: string }

export type Follower = {
  appid: string
  openid: string
  nickname: string
  subscribed: boolean
  createdAt: string
  window: ReplyWindow | null
  lastExchangeAt: number
  typingUntil: number
  unionid: string
  remark: string
  tagIds: number[]
  blacklisted: boolean
  blocked: boolean
  subscribedAt: number
  subscribeScene: string
  qrScene: number
  qrSceneStr: string
  /** How many subscription notices the account may still send to the follower, by template. */
  subscriptions: Record<string, number>
}

/**
 * A line of a conversation. Lines that reached the follower have a number `n`; what the follower
 * did has none.
 */
export type Line = {
  n?: number
  way: 'sent' | 'event' | 'passive' | 'custom' | 'template' | 'mass' | 'desk' | 'menu'
  type: string
  text?: string
  mediaId?: string
  content?: unknown
  kfAccount?: string
  aiLabel?: true
  at: string
}

export type LedgerItem = {
  n: number
  kind: 'push' | 'call'
  appid: string | null
  openid?: string
  path: string
  request: unknown
  status?: number
  errcode?: number
  msgId?: string
  at: string
  attempt?: number
  outcome?: string
  delivered?: boolean
  fault?: string
  ms?: number
  key?: string
  rid?: string
}

export type Token = {
  token: string
  appid: string
  kind: 'classic' | 'stable' | 'component' | 'authorizer'
  component?: string
  expiresAt: number
  supersededAt: number | null
}

export const mediaTypes = ['image', 'voice', 'video', 'thumb', 'news'] as const
export type MediaType = (typeof mediaTypes)[number]
export type Media = {
  mediaId: string
  appid: string
  type: MediaType
  permanent: boolean
  name: string
  contentType: string
  size: number
  createdAt: number
  title?: string
  introduction?: string
  articles?: Json[]
}

export type Menu = { appid: string; menuid: string; button: Json[]; matchrule: Json | null }
export type Tag = { appid: string; id: number; name: string }
export type Code = {
  ticket: string
  appid: string
  scene: string | number
  permanent: boolean
  url: string
  expiresAt: number | null
}
export type KfAccount = {
  appid: string
  account: string
  nickname: string
  kfId: number
  headimgurl: string
  wx: string
  inviteWx: string
  inviteStatus: string
  inviteExpiresAt: number
  online: number
}
/**
 * A follower at WeChat's own customer-service desk. `kfAccount` is the desk account that serves
 * them, or null while they wait.
 */
export type DeskCase = { appid: string; openid: string; kfAccount: string | null; since: number }
export type DeskRecord = {
  appid: string
  id: number
  openid: string
  opercode: number
  text: string
  worker: string
  at: number
}
export type Template = {
  appid: string
  templateId: string
  title: string
  content: string
  kind: 'template' | 'notice'
}
export type Mass = {
  appid: string
  msgId: number
  dataId: number
  clientId: string
  type: string
  content: Json
  openids: string[]
  at: number
  status: string
  deleted: boolean
}
export type Article = {
  appid: string
  articleId: string
  publishId: string
  items: Json[]
  at: number
  published: boolean
}
/** How much of its quotas of calls an account has used, per day and per minute. */
export type Usage = {
  appid: string
  day: string
  calls: Record<string, number>
  minute: number
  minuteCalls: Record<string, number>
  month: string
  clears: number
  refreshes: number
}
export type Component = {
  componentAppid: string
  appSecret: string
  token: string
  encodingAesKey: string
  ticketUrl: string
  callbackUrl: string
  name: string
  tickets: { ticket: string; at: number }[]
  nextTicketAt: number
  ipWhitelist: string[] | null
}
export type Authorization = {
  componentAppid: string
  appid: string
  refreshToken: string
  scopes: number[]
  at: number
}
/**
 * Codes that work only once (`used`), such as those with which an owner authorises a platform, and
 * the tokens of web pages, which work until they expire.
 */
export type Grant = {
  code: string
  kind: 'preauth' | 'auth' | 'oauth' | 'oauthToken' | 'oauthRefresh'
  appid: string
  component?: string
  openid?: string
  scope?: string
  expiresAt: number
  used: boolean
}

export const faultKinds = [
  'slow',
  'refuse',
  'reset',
  'silent',
  'half',
  'html',
  'errcode',
  'expireToken',
  'closeWindow',
  'quota',
  'noRetry',
] as const
export type FaultKind = (typeof faultKinds)[number]
export type Fault = {
  kind: FaultKind
  path?: string
  appid?: string
  errcode?: number
  delayMs?: number
  processed?: boolean
  /** How many more times the fault occurs; 0 means that it occurs until somebody deletes it. */
  next: number
  /** The fault occurs only at every n-th matching call. */
  every?: number
  seen?: number
}

/**
 * In real milliseconds: how long a push may take, and the pause after a failure other than a
 * time-out.
 */
export type Timing = { deadlineMs: number; pauseMs: number }
