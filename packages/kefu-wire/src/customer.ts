import type { FailedOne, Time, Whole } from './basic.ts'

/** A follower of one account. */
export interface Customer {
  id: string
  openid: string
  nickname: string
  alias: string
  remark: string
  tags: string[]
  /** -1: nobody's. */
  exclusiveAgentUid: Whole
  /** 0 to 9: whoever has more goes first in the queue. */
  priority: Whole
  channel: Channel
  subscribed: boolean
  /** The QR code they came by. */
  receptionId: string | null
  /** How often they came in. */
  visits: Whole
  /** Where they last said they are. */
  location?: { latitude: number; longitude: number; at: Time | null }
}

export type Channel = 'wechat' | 'web'

/** What a customer did besides writing. */
export interface TrajectoryStep {
  n: Whole
  event: string
  key: string | null
  detail: string | null
  at: Time
}

/** A customer who will be taken from their agent if nobody says a word. */
export interface ReclaimSoon {
  customer: Customer
  agentUid: Whole | null
  sessionId: string | null
  idleSince: Time
  dueAt: Time
}

export interface Reclaimed {
  customerId: string
  /** Whose they were. */
  agentUid: Whole | null
  sessionId: string | null
  at: Time
  undoneAt: Time | null
}

export interface UndoneReclaims {
  /** Ids of customers. */
  undone: string[]
  failed: FailedOne[]
}
