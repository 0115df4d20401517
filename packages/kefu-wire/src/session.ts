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
   * A number that rises with every change of owner and when the session ends. A call that names an
   * older fence is refused.
   */
  fence: Whole
  /** The number of the last line. */
  seq: Whole
  visitorOffset: Whole
  agentOffset: Whole
  unread: Whole
  window: ReplyWindow
  /** Whether the session is open and has an owner. A closed session still tells its `agentUid`. */
  assigned: boolean
  /**
   * Whether a message can be sent to the customer now: the session is open, its account is bound,
   * and WeChat allows it.
   */
  answerable: boolean
  /** When the customer wrote the first line that no person has answered; null if there is none. */
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
   * Set if the session had ended while its customer was waiting for an answer: a timer ended it, or
   * a refused push was read again after its end. It is absent again once somebody has answered the
   * customer or dismissed it.
   */
  missed?: Missed
  /**
   * Since when the session has been listed as missed: it had ended, and its customer was waiting
   * for an answer. Only the list of missed sessions, which is sorted by it, has this field.
   */
  missedAt?: Time
  lastMessage: Message | null
  createdAt: Time
  closedAt: Time | null
  closeReason: string | null
}

export type SessionState = 'queued' | 'waiting' | 'active' | 'closed'

/**
 * 3 queued, 0 waiting, 1 active, 2 group chat. Closed: -1 by its owner, by a rule, after silence,
 * by a reclaim or because the customer unsubscribed; -2 nobody accepted it in time; -3 nobody
 * claimed it in time; -4 by a supervisor or an admin.
 */
export type StateCode = 3 | 0 | 1 | 2 | -1 | -2 | -3 | -4

/**
 * For whom the session was meant last: nobody in particular (`other`), a person or a group. A rule,
 * a menu button, a QR code, a transfer, handing on, or the agent who opened it decides.
 */
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
  /**
   * Why no session can be started to write to the customer, or why the first reply in it would be
   * refused; null if neither is. With `last_reply_reserved` only a reply with `useReserved` would be
   * accepted.
   */
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

/** One step of a session: a change of its state, its owner, its members or its lane. */
export interface LedgerEntry {
  n: Whole
  /** The state before the step; null if the session began with this step. */
  from: StateCode | null
  to: StateCode
  /**
   * Who took the step: `a:<uid>` for a person, `c:<customerId>`, `r:<ruleId>` or `job:<name>`.
   */
  actor: string
  reason: string | null
  fence: Whole
  agentUid: Whole | null
  /**
   * If an agent was looked for: who was considered, and why they got the session or not. Other
   * steps have no candidates.
   */
  candidates?: Candidate[]
  at: Time
}

/**
 * Somebody who was considered for an assignment. An entry without a uid stands for `count` people
 * about whom the same is true, and `not_exclusive` without a count for everybody else.
 */
export interface Candidate {
  uid?: Whole
  why:
    | 'chosen'
    | 'disabled'
    | 'no_account'
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
