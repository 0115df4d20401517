// Every seam on one page. An action names what it touches: `needs: Needs<'store' | 'queue'>`.
import type { AccountRow, CompanyRow, MessageRow } from '../entities/index.ts'
import type { Staff } from '../rules/session/assignment.ts'
import type { Matcher } from '../rules/auto-reply/keyword.ts'
import type { Measured } from '../rules/auto-reply/pattern.ts'
import type { Settings } from '../rules/settings.ts'
import type { Clock } from './clock.ts'
import type { Ids } from './ids.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Secrets } from './secrets.ts'
import type { Store } from './store/store.ts'
import type { Vault } from './store/vault.ts'

export type { KnownCustomer } from './store/queries/customers.ts'
export type { DueKind } from './store/queries/session-lanes.ts'
export type { Wanted } from './store/queries/session-lists.ts'
export type { VisitedCustomer } from './store/queries/visits.ts'
export type { OldRows } from './store/queries/old-rows.ts'
export type { RefusedPush } from './store/queries/refused.ts'
export type { TypedRow } from './store/queries/replays.ts'
export type { Finding } from './store/engine/finding.ts'
export type { Store, Unit } from './store/store.ts'
export type { WorkClass } from './store/engine/writer.ts'
export type { Draft, Vault } from './store/vault.ts'

/** An index of SQL per company: who is queued in which lane, and who was given to a person that has not accepted. It proposes; SQL decides. */
export type WaitingQueue = {
  /** One index for all processes; else each has its own to mend. */
  shared: boolean
  /** May be repeated. Answers how many entries changed; what the index does not hear is dropped, and the reconcile mends it. */
  move: (companyId: string, moves: Move[]) => Promise<number>
  /** The first of each lane, merged by rank, then id; null while the index is not whole or does not answer: then SQL proposes. */
  heads: (companyId: string, lanes: string[], limit: number) => Promise<QueueEntry[] | null>
  /** How many stand before it in its lane; null when unknown. */
  position: (companyId: string, lane: string, sessionId: string) => Promise<number | null>
  /** How many stand in the lane before this rank; null when unknown. */
  before: (companyId: string, lane: string, rank: number) => Promise<number | null>
  /** What the index holds, to be compared with SQL; null when it does not answer. */
  sums: (companyId: string) => Promise<Sums | null>
  /** Session ids and their ranks. */
  members: (companyId: string, list: string) => Promise<Map<string, number> | null>
  /** Keys of the index under which somebody keeps something else. Looked for where sums are not known. */
  foreign: (companyId: string) => Promise<string[]>
  /** Takes them out, and the index is whole no longer: it is made again from SQL, where these lists have rows. */
  clear: (companyId: string, foreign: string[], lists: string[]) => Promise<void>
  /** Declares the company's index whole, if it is still the one whose sums were asked. */
  complete: (companyId: string, epoch: string) => Promise<void>
  close: () => Promise<void>
}
export type QueueEntry = { id: string; lane: string; rank: number }
/** `queue:<lane>` by rank, or `waiting:<uid>` by the time it was assigned. */
export type Standing = { list: string; rank: number }
export type Move = { id: string; from: string | null; to: Standing | null }
/** `sum` adds each rank modulo `sumModulus`: both sides can count it without losing a digit. */
export type ListSum = { count: number; sum: number }
export type Sums = { whole: boolean; epoch: string; lists: Map<string, ListSum> }
export const sumModulus = 1_000_000_007

/** The ids of a session's newest lines, for a fast open. It may miss some: who reads checks by seq. */
export type RecentLines = {
  /** Oldest first; may be repeated. */
  add: (companyId: string, sessionId: string, ids: string[]) => Promise<void>
  /** Oldest first, instead of what was there. */
  set: (companyId: string, sessionId: string, ids: string[]) => Promise<void>
  /** Newest first; empty when nothing is known. */
  list: (companyId: string, sessionId: string) => Promise<string[]>
  close: () => Promise<void>
}
export const recentLines = { most: 50, keptMs: 3 * 24 * 3600_000 }

/** A doorbell: it may ring twice or never, and nothing is decided by it. An empty subject says that rings may have been missed. */
export type EventBus = {
  publish: (topic: string, subject: string) => void
  subscribe: (topic: string, hear: (subject: string) => void) => () => void
  close: () => Promise<void>
}

/** Forgets at any time; a delete is seen in every process within 1 s, or within 1 s after the cache answers again. */
export type Cache = {
  get: (key: string) => Promise<string | null>
  set: (key: string, value: string, ttlMs: number) => Promise<void>
  delete: (key: string) => Promise<void>
  close: () => Promise<void>
}

export type Delivery =
  | { outcome: 'sent' }
  | { outcome: 'refused'; errcode: number; meaning: string }
  /** No byte of the request left, or WeChat refused the token: nothing was delivered, it may be tried again. */
  | { outcome: 'not_delivered'; reason: string; errcode?: number }
  | { outcome: 'unknown'; reason: string }

export type Fetched =
  | { outcome: 'fetched'; bytes: Uint8Array }
  /** The platform says that it does not have it. */
  | { outcome: 'gone'; reason: string }
  | { outcome: 'later'; reason: string }
export type UploadKind = 'image' | 'voice' | 'video' | 'thumb'
export type Upload = { kind: UploadKind; bytes: Uint8Array; name: string; mime: string }
export type Uploaded = { mediaId: string; diesAt: number }

/** `kfAccount`: the name under which followers see its agent. */
export type Leaving = { openid: string; message: MessageRow; kfAccount: string | null }

/** How a message leaves to a person. Throws nothing: every end is a Delivery. */
export type Channel = {
  send: (account: KnownAccount, line: Leaving) => Promise<Delivery>
  fetchMedia: (account: KnownAccount, mediaId: string) => Promise<Fetched>
  uploadMedia: (account: KnownAccount, upload: Upload) => Promise<Uploaded | Delivery>
  /** Shows the follower that somebody is writing. Throws nothing and promises nothing. */
  typing: (account: KnownAccount, openid: string) => Promise<void>
}

export type KfListed = {
  kfAccount: string
  kfId: string
  nickname: string
  inviteStatus: string | null
  bound: boolean
}
export type AuthorizedAccount = { appid: string; name: string; originalId: string; type: 1 | 2 }

/** What WeChat is asked for besides messages. Throws `wechat_refused` and `wechat_away`. */
export type WechatDesk = {
  kfAccounts: (account: KnownAccount) => Promise<KfListed[]>
  addKfAccount: (
    account: KnownAccount,
    kf: { kfAccount: string; nickname: string },
  ) => Promise<void>
  removeKfAccount: (account: KnownAccount, kfAccount: string) => Promise<void>
  createQr: (
    account: KnownAccount,
    qr: { scene: string; seconds: number | null },
  ) => Promise<{ ticket: string; url: string }>
  /** Where the owner of an account authorises the platform. */
  authorizePage: (platform: KnownPlatform, redirectUri: string) => Promise<string>
  /** For a code, once. */
  authorize: (platform: KnownPlatform, code: string) => Promise<AuthorizedAccount>
  startTickets: (platform: KnownPlatform) => Promise<void>
  /** For the platform's own test before its release. */
  sendText: (
    platform: KnownPlatform,
    to: { appid: string; openid: string; text: string },
  ) => Promise<void>
}

/** The columns of a line that say what it is. */
export type Said = { message_type: number; type: string } & Partial<
  Pick<
    MessageRow,
    | 'text'
    | 'file_url'
    | 'media_id'
    | 'lng'
    | 'lat'
    | 'map_scale'
    | 'map_label'
    | 'page_title'
    | 'page_desc'
    | 'extra'
  >
>
/** What must be fetched of a line before the platform forgets it. */
export type Part = { part: 'file' | 'thumb'; mediaId: string }
export type Location = { lng: string; lat: string; precision: string | null }

/** What a follower did, in our words; the platform's stay at the edge. */
export type Deed =
  /** `tapped`: the id of an entry of a menu message, which arrives as a text. */
  | { kind: 'text'; text: string; tapped?: string }
  | { kind: 'line'; said: Said; parts: Part[]; tapped?: undefined }
  /** `scene`: of the QR code they came by. `known`: we understood it, so its XML is not kept. */
  | {
      kind: 'event'
      name: string
      key: string
      known: boolean
      scene?: string
      detail?: string
      location?: Location
    }
  /** Told by the platform of itself: no follower did it. */
  | { kind: 'notice'; name: string }

/** A rule that spoke, and a question that none answered, after their commit. */
export type Spoken = { companyId: string; ruleId: string }
export type Unanswered = { companyId: string; accountId: string; text: string; folded: string }
/** Counts in memory, written in heaps: no push waits for another's row. What a process that dies had not written is lost, a few seconds'. */
export type Tally = {
  add: (spoken: Spoken[], unanswered: Unanswered[]) => void
  take: () => {
    spoken: (Spoken & { hits: number })[]
    unanswered: (Unanswered & { times: number })[]
  }
}

/** What pushes are signed and sealed with; the previous ones hold for a while after a change. */
export type PushKeys = {
  pushToken: string
  aesKey: string | null
  previous: { pushToken: string; aesKey: string | null; until: number } | null
}
export type KnownPlatform = PushKeys & { componentAppid: string; secret: string }
/** `platform`: the third-party platform that speaks for it, and with whose keys it is pushed. */
export type KnownAccount = AccountRow &
  PushKeys & { secret: string; platform: KnownPlatform | null }
export type KnownCompany = {
  row: CompanyRow
  settings: Settings
  staff: Staff[]
  /** Of its rules; of those before their last change while a long list is compiled. */
  readonly matcher: Matcher
  newestRules: Promise<Matcher>
  open: boolean
}

/** Patterns are looked at beside the event loop. */
export type PatternMeasure = {
  /** In their order. */
  of: (patterns: string[]) => Promise<Measured[]>
  close: () => Promise<void>
}

/** Sound is encoded beside the event loop. */
export type VoiceEncoder = {
  /** Of a WAV, which is read when its turn has come. Refuses what cannot be encoded, and what is too long for a voice. */
  mp3: (read: () => Promise<Uint8Array>) => Promise<Uint8Array>
  close: () => Promise<void>
}

/** What nearly every push needs of the settings, kept in memory and read anew within 1 s of a change. */
export type Known = {
  platform: (componentAppid: string) => Promise<KnownPlatform | null>
  account: (appid: string) => Promise<KnownAccount | null>
  company: (companyId: string) => Promise<KnownCompany | null>
  /** As it is in SQL this moment. */
  anew: (companyId: string) => Promise<KnownCompany | null>
  /** Its rules that are switched off, compiled as if they were on: for whoever asks why. */
  switchedOff: (company: KnownCompany) => Promise<Matcher>
}

export type Ports = {
  store: Store
  vault: Vault
  queue: WaitingQueue
  recent: RecentLines
  bus: EventBus
  cache: Cache
  channel: Channel
  desk: WechatDesk
  known: Known
  patterns: PatternMeasure
  voices: VoiceEncoder
  tally: Tally
  clock: Clock
  ids: Ids
  log: Log
  metrics: Metrics
  secrets: Secrets
  /** Of XML that was stored before we understood it; null while we still do not. */
  readStored: (xml: string) => Extract<Deed, { kind: 'text' | 'line' }> | null
  /** The same of any push, also of what no line is made of. */
  readPush: (xml: string) => Deed
  limits: Limits
}

/** Settings of the installation that decisions need; config.ts reads them. */
export type Limits = {
  loginIdleMs: number
  loginMaxMs: number
  /** How long is kept what is only looked up: tries to sign in, who did what, pushes that were taken and replies that left. */
  keepDays: { signIns: number; audit: number; inbox: number; unused: number }
  maxInFlight: number
  metricsToken: string | null
  trustedProxies: string[]
  publicUrl: string | null
  /** Where pictures of QR codes are shown. */
  qrPictures: string
}

export type Needs<K extends keyof Ports> = Pick<Ports, K>
