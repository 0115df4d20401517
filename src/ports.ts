// All interfaces between actions and the outside. An action declares what it uses, as in `needs:
// Needs<'store' | 'queue'>`.
import type { AccountRow, CompanyRow, MessageRow } from '../entities/index.ts'
import type { AccountType } from '../rules/reply/account-type.ts'
import type { Staff } from '../rules/session/staff.ts'
import type { Matcher } from '../rules/auto-reply/keyword.ts'
import type { Measured } from '../rules/auto-reply/pattern.ts'
import type { Settings } from '../rules/settings.ts'
import type { Clock } from './clock.ts'
import type { Ids } from './ids.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Passwords } from './passwords.ts'
import type { Secrets } from './secrets.ts'
import type { Store } from './store/store.ts'
import type { Vault } from './store/vault.ts'

export type { KnownCustomer } from './store/queries/customers.ts'
export type { DueKind } from './store/queries/session-timers.ts'
export type { SessionsWanted } from './store/queries/session-lists.ts'
export type { VisitedCustomer } from './store/queries/visits.ts'
export type { OldRows } from './store/queries/old-rows.ts'
export type { RefusedPush } from './store/queries/refused.ts'
export type { TypedRow } from './store/queries/replays.ts'
export type { Finding } from './store/engine/finding.ts'
export type { Store, Unit } from './store/store.ts'
export type { WorkClass } from './store/engine/writer.ts'
export type { FileDraft, Vault } from './store/vault.ts'

/**
 * An index of queued sessions per lane, and of sessions given to an agent who has not accepted them
 * yet, for each company. It only makes proposals; the database decides.
 */
export type WaitingQueue = {
  /**
   * Whether all processes share one index, as in Redis. If not, each process has its own in memory
   * and repairs it itself.
   */
  shared: boolean
  /**
   * Puts sessions into lists of the index or removes them; it may be repeated. Returns how many
   * entries changed. If the index cannot be reached the change is dropped, and a job repairs the
   * index later.
   */
  move: (companyId: string, moves: Move[]) => Promise<number>
  /**
   * The first sessions of each of these lanes, at most `limit` of a lane, merged by rank and then
   * id. Null if the index is incomplete or unreachable; then the database makes the proposals.
   */
  heads: (companyId: string, lanes: string[], limit: number) => Promise<QueueEntry[] | null>
  /** How many sessions are in front of this one in its lane; null if unknown. */
  position: (companyId: string, lane: string, sessionId: string) => Promise<number | null>
  /** How many sessions in the lane come before this rank; null if unknown. */
  before: (companyId: string, lane: string, rank: number) => Promise<number | null>
  /**
   * Counts and checksums of all lists, to compare with the database; null if the index cannot be
   * reached.
   */
  sums: (companyId: string) => Promise<Sums | null>
  /**
   * Returns the ids of all sessions in a list of the index, with their ranks; null if the index
   * cannot be reached.
   */
  members: (companyId: string, list: string) => Promise<Map<string, number> | null>
  /**
   * Returns keys of the index to which another program has written something else. They are
   * searched for only if the sums of the lists are not known.
   */
  foreign: (companyId: string) => Promise<string[]>
  /** Deletes these keys and marks the index as incomplete; it is then rebuilt from the database. */
  clear: (companyId: string, foreign: string[], lists: string[]) => Promise<void>
  /**
   * Marks the company's index as complete after it was repaired. Nothing is marked if the index was
   * lost or replaced since its sums were read, because that repair no longer counts.
   */
  complete: (companyId: string, epoch: string) => Promise<void>
  close: () => Promise<void>
}
export type QueueEntry = { id: string; lane: string; rank: number }
/**
 * A position in the index: in a list that rules/session/queue-list.ts names. The list of a lane is
 * sorted by rank, that of an agent by the time of assignment.
 */
export type ListPlace = { list: string; rank: number }
export type Move = { id: string; from: string | null; to: ListPlace | null }
/**
 * `sum` adds up the ranks modulo `sumModulus`, so that index and database can both compute it
 * exactly.
 */
export type ListSum = { count: number; sum: number }
export type Sums = { whole: boolean; epoch: string; lists: Map<string, ListSum> }
export const sumModulus = 1_000_000_007

/**
 * The ids of a session's newest lines, to show it quickly. Some may be missing, so readers check
 * that seq has no gap.
 */
export type RecentLines = {
  /**
   * Adds the ids of new lines, oldest first, to the index of a session's newest lines. It may be
   * repeated without harm.
   */
  add: (companyId: string, sessionId: string, ids: string[]) => Promise<void>
  /**
   * Replaces the stored ids of a session's newest lines, oldest first, after some were found to be
   * missing.
   */
  set: (companyId: string, sessionId: string, ids: string[]) => Promise<void>
  /** Returns the ids of a session's newest lines, newest first; empty if nothing is known. */
  list: (companyId: string, sessionId: string) => Promise<string[]>
  close: () => Promise<void>
}
export const recentLines = { most: 50, keptMs: 3 * 24 * 3600_000 }

/**
 * Tells listeners in all processes to look for something new. A message may arrive twice or never,
 * so nothing may depend on it. An empty subject means that messages may have been missed.
 */
export type EventBus = {
  publish: (topic: string, subject: string) => void
  subscribe: (topic: string, hear: (subject: string) => void) => () => void
  close: () => Promise<void>
}

/**
 * A cache, which may forget entries at any time. All processes see a delete within 1 s, or within 1
 * s after an outage of the cache.
 */
export type Cache = {
  get: (key: string) => Promise<string | null>
  set: (key: string, value: string, ttlMs: number) => Promise<void>
  delete: (key: string) => Promise<void>
  close: () => Promise<void>
}

export type DeliveryOutcome =
  | { outcome: 'sent' }
  /**
   * The message was refused, so it was not delivered. `errcode` is null if we refused it ourselves;
   * `meaning` is then the code of the reason.
   */
  | { outcome: 'refused'; errcode: number | null; meaning: string }
  /**
   * The request was never sent, WeChat refused the token, or only the upload of a file failed. So
   * nothing was delivered, and it may be tried again. `reason` is a code of ours, or what the
   * network said.
   */
  | { outcome: 'not_delivered'; reason: string; errcode?: number }
  | { outcome: 'unknown'; reason: string }

export type Fetched =
  | { outcome: 'fetched'; bytes: Uint8Array }
  /** WeChat says that it does not have the file, so it cannot be downloaded. */
  | { outcome: 'gone' }
  | { outcome: 'later'; reason: string }
export type UploadKind = 'image' | 'voice' | 'video' | 'thumb'
export type FileUpload = { kind: UploadKind; bytes: Uint8Array; name: string; mime: string }
export type UploadedFile = { mediaId: string; diesAt: number }

/**
 * A line that is sent to a follower. `kfAccount` is the name under which the follower sees the
 * agent, or null if there is none.
 */
export type LeavingLine = { openid: string; message: MessageRow; kfAccount: string | null }

/** How lines, and the files in them, are sent and fetched. It never throws: it returns outcomes. */
export type Channel = {
  send: (account: KnownAccount, line: LeavingLine) => Promise<DeliveryOutcome>
  fetchMedia: (account: KnownAccount, mediaId: string) => Promise<Fetched>
  uploadMedia: (
    account: KnownAccount,
    upload: FileUpload,
  ) => Promise<UploadedFile | DeliveryOutcome>
  /** Shows the follower that somebody is typing. It never throws and guarantees nothing. */
  typing: (account: KnownAccount, openid: string) => Promise<void>
}

export type KfListed = {
  kfAccount: string
  kfId: string
  nickname: string
  inviteStatus: string | null
  bound: boolean
}
export type AuthorizedAccount = {
  appid: string
  name: string
  originalId: string
  type: AccountType
}

/**
 * Calls to WeChat for admins and platforms, not for replies to customers. They throw
 * `wechat_refused` or `wechat_away`.
 */
export type WechatDesk = {
  kfAccounts: (account: KnownAccount) => Promise<KfListed[]>
  addKfAccount: (
    account: KnownAccount,
    kf: { kfAccount: string; nickname: string },
  ) => Promise<void>
  createQr: (
    account: KnownAccount,
    qr: { scene: string; seconds: number | null },
  ) => Promise<{ ticket: string; url: string }>
  /** The page at which the owner of an account authorises the platform. */
  authorizePage: (platform: KnownPlatform, redirectUri: string) => Promise<string>
  /** Exchanges an authorisation code, which works only once. */
  authorize: (platform: KnownPlatform, code: string) => Promise<AuthorizedAccount>
  /**
   * Sends a text to a follower in the name of an account. It is only used in WeChat's test before a
   * platform is released.
   */
  sendText: (
    platform: KnownPlatform,
    to: { appid: string; openid: string; text: string },
  ) => Promise<void>
}

/** The columns of a line that hold its content. */
export type LineContent = { message_type: number; type: string } & Partial<
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
/** A part of a line that must be downloaded before WeChat deletes it. */
export type Part = { part: 'file' | 'thumb'; mediaId: string }
export type Location = { lng: string; lat: string; precision: string | null }

/** What a push says, in our own terms; WeChat's terms are used only at the edge. */
export type Deed =
  /**
   * A text that the customer wrote. `tapped` is set if they tapped an entry of a menu message,
   * which arrives as a text; it is the id of the entry.
   */
  | { kind: 'text'; text: string; tapped?: string }
  | { kind: 'line'; said: LineContent; parts: Part[]; tapped?: undefined }
  /**
   * Something else that the customer did. `scene` belongs to the QR code by which they came. If
   * `known` is set we understood the event, so its XML need not be kept.
   */
  | {
      kind: 'event'
      name: string
      key: string
      known: boolean
      scene?: string
      detail?: string
      location?: Location
    }
  /** WeChat tells something about itself; no follower caused it. */
  | { kind: 'notice'; name: string }

/** A rule that answered, as it is counted after the commit of a push. */
export type SpokenRule = { companyId: string; ruleId: string }
export type Unanswered = { companyId: string; accountId: string; text: string; folded: string }
/**
 * Counts how often rules answered and which questions no rule answered. It counts in memory and
 * writes in bulk, so that no push waits for a counter's row. If the process dies, the counts of a
 * few seconds are lost.
 */
export type Tally = {
  add: (spoken: SpokenRule[], unanswered: Unanswered[]) => void
  take: () => {
    spoken: (SpokenRule & { hits: number })[]
    unanswered: (Unanswered & { times: number })[]
  }
}

/**
 * The keys with which pushes are signed and encrypted. After a change the previous ones stay valid
 * for a while.
 */
export type PushKeys = {
  pushToken: string
  aesKey: string | null
  previous: { pushToken: string; aesKey: string | null; until: number } | null
}
export type KnownPlatform = PushKeys & { componentAppid: string; secret: string }
/**
 * An account with its secret and keys decrypted. `platform` is the third-party platform that acts
 * for the account, or null; pushes of the account then use the platform's keys.
 */
export type KnownAccount = AccountRow &
  PushKeys & { secret: string; platform: KnownPlatform | null }
export type KnownCompany = {
  row: CompanyRow
  settings: Settings
  staff: Staff[]
  /**
   * The company's compiled rules. While a long list is being compiled after a change, these are
   * still the previous ones.
   */
  readonly matcher: Matcher
  newestRules: Promise<Matcher>
  open: boolean
}

/**
 * Measures patterns in a separate thread, because the worst pattern keeps a thread busy for a
 * second.
 */
export type PatternMeasure = {
  /** Returns the size of each pattern, or what is wrong with it, in the order of the patterns. */
  of: (patterns: string[]) => Promise<Measured[]>
  close: () => Promise<void>
}

/** Encodes sound in a separate thread, so that requests do not wait for it. */
export type VoiceEncoder = {
  /**
   * Encodes a WAV, which is read only when its turn has come. Refuses recordings that cannot be
   * encoded or are too long for a voice message.
   */
  mp3: (read: () => Promise<Uint8Array>) => Promise<Uint8Array>
  close: () => Promise<void>
}

/**
 * The settings that nearly every push needs. They are kept in memory and read again within 1 s of a
 * change, or within a minute if the message about it is lost.
 */
export type Known = {
  platform: (componentAppid: string) => Promise<KnownPlatform | null>
  account: (appid: string) => Promise<KnownAccount | null>
  company: (companyId: string) => Promise<KnownCompany | null>
  /**
   * Reads the company from the database and not from memory, for callers that must see the newest
   * settings and rules.
   */
  anew: (companyId: string) => Promise<KnownCompany | null>
  /**
   * A matcher of the rules that are switched off, as if they were on. It is used to explain why a
   * text got no answer.
   */
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
  passwords: Passwords
  tally: Tally
  clock: Clock
  ids: Ids
  log: Log
  metrics: Metrics
  secrets: Secrets
  /** Reads XML stored before we understood it. Null if we still do not, or for an event. */
  readStored: (xml: string) => Extract<Deed, { kind: 'text' | 'line' }> | null
  /** Reads the XML of any push, including those that create no line in a session. */
  readPush: (xml: string) => Deed
  limits: Limits
}

/** Settings of the installation that actions need; config.ts reads them. */
export type Limits = {
  loginIdleMs: number
  loginMaxMs: number
  /**
   * After how many days these are deleted: sign-in attempts, entries of the audit log, processed
   * pushes together with outbox rows of sent replies, and unused files.
   */
  keepDays: { signIns: number; audit: number; inbox: number; unused: number }
  maxInFlight: number
  metricsToken: string | null
  trustedProxies: string[]
  publicUrl: string | null
  /**
   * The address of the host on which WeChat shows pictures of QR codes; the API's answers contain
   * links to it.
   */
  qrPictures: string
}

export type Needs<K extends keyof Ports> = Pick<Ports, K>
