// Every seam on one page. An action names what it touches: `needs: Needs<'store' | 'queue'>`.
import type { AccountRow, CompanyRow, MessageRow } from '../entities/index.ts'
import type { Matcher } from '../rules/keyword.ts'
import type { Settings } from '../rules/settings.ts'
import type { Clock } from './clock.ts'
import type { Ids } from './ids.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { Secrets } from './secrets.ts'
import type { Store } from './store/store.ts'

export type { KnownCustomer } from './store/customers.ts'
export type { Finding, Store, Unit } from './store/store.ts'
export type { WorkClass } from './store/writer.ts'

/** An index of queued sessions per company and lane, by rank then id. It proposes; SQL decides. */
export type WaitingQueue = {
  add: (companyId: string, entry: QueueEntry) => Promise<void>
  remove: (companyId: string, sessionId: string) => Promise<void>
  /** The first of each lane, merged by rank; null while the index is not whole: then SQL proposes. */
  heads: (companyId: string, lanes: string[], limit: number) => Promise<QueueEntry[] | null>
  /** How many stand before it in its lane; null when unknown. */
  position: (companyId: string, lane: string, sessionId: string) => Promise<number | null>
  entries: (companyId: string) => Promise<QueueEntry[]>
  /** Declares the company's index whole. */
  complete: (companyId: string) => Promise<void>
  close: () => Promise<void>
}
export type QueueEntry = { id: string, lane: string, rank: number }

/** A doorbell: it may ring twice or never, and nothing is decided by it. */
export type EventBus = {
  publish: (topic: string, subject: string) => void
  subscribe: (topic: string, hear: (subject: string) => void) => () => void
  close: () => Promise<void>
}

/** Forgets at any time; a delete is seen in every process within 1 s. */
export type Cache = {
  get: (key: string) => Promise<string | null>
  set: (key: string, value: string, ttlMs: number) => Promise<void>
  delete: (key: string) => Promise<void>
  close: () => Promise<void>
}

export type Delivery =
  | { outcome: 'sent' }
  | { outcome: 'refused', errcode: number, meaning: string }
  /** No byte of the request left, or WeChat refused the token: nothing was delivered, it may be tried again. */
  | { outcome: 'not_delivered', reason: string, errcode?: number }
  | { outcome: 'unknown', reason: string }

/** How a message leaves to a person. Throws nothing: every end is a Delivery. */
export type Channel = {
  send: (account: KnownAccount, openid: string, message: MessageRow) => Promise<Delivery>
  close: () => Promise<void>
}

export type KnownAccount = AccountRow & { secret: string, pushToken: string, aesKey: string | null }
export type KnownCompany = { row: CompanyRow, settings: Settings, matcher: Matcher, open: boolean }

/** What nearly every push needs of the settings, kept in memory and read anew within 1 s of a change. */
export type Known = {
  account: (appid: string) => Promise<KnownAccount | null>
  company: (companyId: string) => Promise<KnownCompany | null>
}

export type Ports = {
  store: Store
  queue: WaitingQueue
  bus: EventBus
  cache: Cache
  channel: Channel
  known: Known
  clock: Clock
  ids: Ids
  log: Log
  metrics: Metrics
  secrets: Secrets
  limits: Limits
}

/** Settings of the installation that decisions need; config.ts reads them. */
export type Limits = { loginIdleMs: number, loginMaxMs: number, maxInFlight: number, metricsToken: string | null, trustedProxies: string[] }

export type Needs<K extends keyof Ports> = Pick<Ports, K>
