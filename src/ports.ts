// Every seam on one page. An action names what it touches: `needs: Needs<'store' | 'queue'>`.
import type { AccountRow, CompanyRow, MessageRow } from '../entities/index.ts'
import type { Staff } from '../rules/assignment.ts'
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
  /** Declares the company's index whole, if it is still the one whose sums were asked. */
  complete: (companyId: string, epoch: string) => Promise<void>
  close: () => Promise<void>
}
export type QueueEntry = { id: string, lane: string, rank: number }
/** `queue:<lane>` by rank, or `waiting:<uid>` by the time it was assigned. */
export type Standing = { list: string, rank: number }
export type Move = { id: string, from: string | null, to: Standing | null }
/** `sum` adds each rank modulo `sumModulus`: both sides can count it without losing a digit. */
export type ListSum = { count: number, sum: number }
export type Sums = { whole: boolean, epoch: string, lists: Map<string, ListSum> }
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
  | { outcome: 'refused', errcode: number, meaning: string }
  /** No byte of the request left, or WeChat refused the token: nothing was delivered, it may be tried again. */
  | { outcome: 'not_delivered', reason: string, errcode?: number }
  | { outcome: 'unknown', reason: string }

/** How a message leaves to a person. Throws nothing: every end is a Delivery. */
export type Channel = {
  send: (account: KnownAccount, openid: string, message: MessageRow) => Promise<Delivery>
  /** Shows the follower that somebody is writing. Throws nothing and promises nothing. */
  typing: (account: KnownAccount, openid: string) => Promise<void>
  close: () => Promise<void>
}

export type KnownAccount = AccountRow & { secret: string, pushToken: string, aesKey: string | null }
export type KnownCompany = { row: CompanyRow, settings: Settings, staff: Staff[], matcher: Matcher, open: boolean }

/** What nearly every push needs of the settings, kept in memory and read anew within 1 s of a change. */
export type Known = {
  account: (appid: string) => Promise<KnownAccount | null>
  company: (companyId: string) => Promise<KnownCompany | null>
}

export type Ports = {
  store: Store
  queue: WaitingQueue
  recent: RecentLines
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
