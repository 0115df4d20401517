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
  /** The reception whose QR code the customer scanned. */
  receptionId: string | null
  /** How often the customer opened the conversation. */
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

/** A customer whom their exclusive agent will lose soon, unless somebody writes. */
export interface ReclaimSoon {
  customer: Customer
  agentUid: Whole | null
  sessionId: string | null
  idleSince: Time
  dueAt: Time
}

export interface Reclaimed {
  customerId: string
  /** The agent to whom the customer belonged before the reclaim. */
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
