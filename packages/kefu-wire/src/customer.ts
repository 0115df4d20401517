import type { FailedOne, Time, Whole } from './basic.ts'

/** A follower of one account. */
export interface Customer {
  id: string
  openid: string
  nickname: string
  alias: string
  remark: string
  tags: string[]
  /** The uid of the exclusive agent; -1 if the customer has none. */
  exclusiveAgentUid: Whole
  /**
   * The priority of the customer, from 0 to 9. Customers with a higher one come first in the queue.
   */
  priority: Whole
  channel: ChannelKind
  subscribed: boolean
  /** The reception by whose QR code the customer came last; null if they came without one. */
  receptionId: string | null
  /**
   * How often WeChat reported where the customer was, for example when they opened the
   * conversation.
   */
  visits: Whole
  /** The last position that the customer reported. */
  location?: { latitude: number; longitude: number; at: Time | null }
}

export type ChannelKind = 'wechat' | 'web'

/** Something that a customer did other than writing, such as a menu tap or a scan. */
export interface TrajectoryStep {
  n: Whole
  event: string
  key: string | null
  detail: string | null
  at: Time
}

/**
 * A customer who will soon be reclaimed, unless somebody writes, from their exclusive agent or, if
 * they have none, from the owner of their open session (`agentUid`).
 */
export interface ReclaimSoon {
  customer: Customer
  agentUid: Whole | null
  sessionId: string | null
  idleSince: Time
  dueAt: Time
}

export interface Reclaimed {
  customerId: string
  /**
   * The exclusive agent of the customer before the reclaim; null if they had none and only an open
   * session was reclaimed.
   */
  agentUid: Whole | null
  sessionId: string | null
  at: Time
  undoneAt: Time | null
}

export interface UndoneReclaims {
  /** The ids of the customers who were given back to their former agents. */
  undone: string[]
  failed: FailedOne[]
}
