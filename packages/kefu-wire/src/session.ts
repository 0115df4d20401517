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
  /** Rises with every change of owner; a write that names an older one is refused. */
  fence: Whole
  /** Of its last line. */
  seq: Whole
  visitorOffset: Whole
  agentOffset: Whole
  unread: Whole
  window: ReplyWindow
  /** Somebody has it. */
  assigned: boolean
  /** WeChat still lets us answer. */
  answerable: boolean
  /** An answer is owed since then. */
  unansweredSince: Time | null
  /** Only while it is queued. */
  queue?: QueuePlace
  /** Only of a group chat. */
  memberUids?: Whole[]
  /** A supervisor's word. */
  grade?: SupervisorGrade
  /** The customer's. */
  satisfaction?: { grade: Grade; at: Time }
  /** A timer ended it while its customer waited, and nobody has seen to it. */
  missed?: Missed
  /** Only in the list of the missed. */
  missedAt?: Time
  lastMessage: Message | null
  createdAt: Time
  closedAt: Time | null
  closeReason: string | null
}

export type SessionState = 'queued' | 'waiting' | 'active' | 'closed'

/** 3 queued, 0 waiting, 1 active, 2 group chat; closed: -1 by its owner, -2 never accepted, -3 never claimed, -4 by a supervisor. */
export type StateCode = 3 | 0 | 1 | 2 | -1 | -2 | -3 | -4

/** For whom its customer came: for whoever is there, a person or a group. */
export type SessionKind = 'other' | 'user' | 'group'

/** How long and how often WeChat lets us write to the customer. */
export interface ReplyWindow {
  endsAt: Time | null
  remaining: Whole
  /** What opened it. */
  scene: 'message' | 'menu' | 'follow' | 'scan' | null
}

export interface QueuePlace {
  position: Whole | null
  estimatedSeconds: Whole | null
  since: Time | null
  /** The part of the queue. */
  lane: string | null
}

/** 1 good, 2 medium, 3 bad. */
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
  /** The caller may listen to that stream until then. */
  until: Time
}

export interface ClosedSessions {
  /** Their ids. */
  closed: string[]
  failed: FailedOne[]
}

/** One transition. */
export interface LedgerEntry {
  n: Whole
  /** Null at birth. */
  from: StateCode | null
  to: StateCode
  /** `a:<uid>`, `c:<customerId>`, `r:<ruleId>`, `job:<name>`. */
  actor: string
  reason: string | null
  fence: Whole
  agentUid: Whole | null
  /** Of an assignment: who was considered, and why not. */
  candidates?: Candidate[]
  at: Time
}

/** Without a uid: `count` others. */
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

/** What a listener of a stream hears of a session. */
export interface SessionEvent {
  sessionId: string
  customerId: string
  state: SessionState
  stateCode: StateCode
  agentUid: Whole | null
  fence: Whole
  lane: string | null
}
