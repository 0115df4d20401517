import type { FailedOne, Time, Whole } from './basic.ts'
import type { Customer } from './customer.ts'
import type { Message } from './message.ts'

/** One conversation of a customer with the company. */
export interface Session {
  id: string
  state: SessionState
  stateCode: StateCode
  kind: SessionKind
  customer: Customer
  accountId: string
  agentUid: Whole | null
  /**
   * A number that rises with every change of owner. A call that names an older fence is refused.
   */
  fence: Whole
  /** The number of the last line. */
  seq: Whole
  visitorOffset: Whole
  agentOffset: Whole
  unread: Whole
  window: ReplyWindow
  /** Whether the session has an owner. */
  assigned: boolean
  /** Whether WeChat currently allows a message to the customer. */
  answerable: boolean
  /** Since when the customer has been waiting for an answer. */
  unansweredSince: Time | null
  /** The place of the session in the queue; absent unless the session is queued. */
  queue?: QueuePlace
  /** The people who were asked into the session; absent unless it is a group chat. */
  memberUids?: Whole[]
  /** How a supervisor graded the session. */
  grade?: SupervisorGrade
  /** How the customer graded the session. */
  satisfaction?: { grade: Grade; at: Time }
  /**
   * Set if a timer ended the session while its customer was waiting for an answer. It is absent
   * again once somebody has dealt with it.
   */
  missed?: Missed
  /** When the session was missed; only the list of missed sessions has this field. */
  missedAt?: Time
  lastMessage: Message | null
  createdAt: Time
  closedAt: Time | null
  closeReason: string | null
}

export type SessionState = 'queued' | 'waiting' | 'active' | 'closed'

/** 3 queued, 0 waiting, 1 active, 2 group chat; closed: -1 by its owner, -2 never accepted, -3 never claimed, -4 by a supervisor. */
export type StateCode = 3 | 0 | 1 | 2 | -1 | -2 | -3 | -4

/** Whom the customer asked for: nobody in particular (`other`), a person or a group. */
export type SessionKind = 'other' | 'user' | 'group'

/** For how long, and how many more times, WeChat lets us write to the customer. */
export interface ReplyWindow {
  endsAt: Time | null
  remaining: Whole
  /** Which action of the customer opened the window. */
  scene: 'message' | 'menu' | 'follow' | 'scan' | null
}

export interface QueuePlace {
  position: Whole | null
  estimatedSeconds: Whole | null
  since: Time | null
  /** The lane (part of the queue) in which the session waits. */
  lane: string | null
}

/** A grade for how a session was handled: 1 good, 2 medium, 3 bad. */
export type Grade = 1 | 2 | 3

export interface SupervisorGrade {
  grade: Grade
  text: string | null
  uid: Whole | null
  at: Time
}

export interface Missed {
  at: Time
  /** Why no session can be started to write to the customer; null when it can. */
  contactRefused:
    | 'customer_has_session'
    | 'reply_window_closed'
    | 'reply_budget_used'
    | 'last_reply_reserved'
    | null
}

export interface WatchedSession extends Session {
  /** The name of the event stream that carries the new lines of this session. */
  stream: string
  /** Until when the caller may listen to that event stream. */
  until: Time
}

export interface ClosedSessions {
  /** The ids of the sessions that were closed. */
  closed: string[]
  failed: FailedOne[]
}

/** One change of the state of a session. */
export interface LedgerEntry {
  n: Whole
  /** The state before the change; null if the session began with this change. */
  from: StateCode | null
  to: StateCode
  /**
   * Who made the change: `a:<uid>` for a person, `c:<customerId>`, `r:<ruleId>` or `job:<name>`.
   */
  actor: string
  reason: string | null
  fence: Whole
  agentUid: Whole | null
  /**
   * Who was considered for an assignment, and why they did not get the session. Other changes have
   * no candidates.
   */
  candidates?: Candidate[]
  at: Time
}

/**
 * Somebody who was considered for an assignment. An entry without a uid stands for `count` people
 * about whom the same is true.
 */
export interface Candidate {
  uid?: Whole
  why:
    | 'chosen'
    | 'disabled'
    | 'no_account'
    | 'no_group'
    | 'offline'
    | 'full'
    | 'had_it'
    | 'busier'
    | 'not_his_turn'
    | 'not_exclusive'
  load?: Whole
  capacity?: Whole
  count?: Whole
}

/**
 * What an event in an event stream says about a session; everything else must be read by a call.
 */
export interface SessionEvent {
  sessionId: string
  customerId: string
  state: SessionState
  stateCode: StateCode
  agentUid: Whole | null
  fence: Whole
  lane: string | null
}
