import type {
  Candidate,
  Grade,
  LedgerEntry,
  Missed,
  Session,
  SessionEvent,
  SessionKind,
  SessionState,
  StateCode,
} from 'kefu-wire'
import type {
  CustomerRow,
  EvaluationRow,
  LedgerRow,
  MessageRow,
  SessionRow,
} from '../../entities/index.ts'
import { mayReply } from '../../rules/reply/reply-window.ts'
import { isOpen, isOwned } from '../../rules/session/session.ts'
import { active, group, queued, waiting } from '../../rules/session/states.ts'
import { presentCustomer } from './customer.ts'
import { presentMessage } from './message.ts'
import { presentTime } from './times.ts'
import { presentWindow } from './window.ts'

const words: Record<number, SessionState> = {
  [queued]: 'queued',
  [waiting]: 'waiting',
  [active]: 'active',
  [group]: 'active',
}
const stateOf = (row: SessionRow) => ({
  state: words[row.state] ?? 'closed',
  stateCode: row.state as StateCode,
})

/**
 * Additional facts for showing a session. `queue` is set only while it is queued; unknown values
 * are null.
 */
export type SessionFacts = {
  customer: CustomerRow
  last: MessageRow | null
  queue: { position: number; waitMs: number | null } | null
  /** Whether the session's account is bound to WeChat, so that messages can be sent. */
  isBound: boolean
  now: number
  memberUids: number[]
  evaluations: EvaluationRow[]
  /**
   * When the session was missed, or null if it was not. `isBack` tells that its customer has an
   * open session again, and `reserve` that the company keeps the last reply for a closing word.
   */
  missed: { at: number; isBack: boolean; reserve: boolean } | null
}

export function presentSession(row: SessionRow, facts: SessionFacts): Session {
  return {
    id: row.session_id,
    ...stateOf(row),
    kind: row.kind as SessionKind,
    customer: presentCustomer(facts.customer),
    accountId: row.account_id,
    agentUid: row.uid,
    fence: row.fence,
    seq: row.seq,
    visitorOffset: row.visitor_offset,
    agentOffset: row.agent_offset,
    unread: row.unread,
    window: presentWindow(facts.customer, facts.now),
    // three facts that are easily confused: an agent has the session, WeChat still accepts a reply,
    // the customer waits for an answer
    assigned: isOwned(row.state),
    answerable: isOpen(row.state) && facts.isBound && mayReply(facts.customer, facts.now) === null,
    unansweredSince: presentTime(row.unanswered_since),
    ...(row.state === queued && {
      queue: { ...presentQueue(facts.queue), since: presentTime(row.queued_at), lane: row.lane },
    }),
    ...(row.state === group && { memberUids: facts.memberUids }),
    ...presentEvaluations(facts.evaluations),
    ...(facts.missed && { missed: presentMissed(facts.missed, facts) }),
    lastMessage: facts.last && presentMessage(facts.last),
    createdAt: presentTime(row.add_time),
    closedAt: presentTime(row.closed_at),
    closeReason: row.close_reason,
  }
}

/**
 * A missed session as the API shows it. `contactRefused` tells why no session can be started to
 * write to the customer, or why the first reply in it would be refused; null if neither is.
 */
const presentMissed = (
  { at, isBack, reserve }: NonNullable<SessionFacts['missed']>,
  { customer, now }: SessionFacts,
): Missed => ({
  at: presentTime(at),
  contactRefused: isBack ? 'customer_has_session' : mayReply(customer, now, reserve),
})

const presentQueue = (queue: SessionFacts['queue']) => ({
  position: queue?.position ?? null,
  estimatedSeconds: typeof queue?.waitMs === 'number' ? Math.ceil(queue.waitMs / 1000) : null,
})

function presentEvaluations(rows: EvaluationRow[]): Pick<Session, 'grade' | 'satisfaction'> {
  const [grade, satisfaction] = ['supervisor', 'customer'].map((kind) =>
    rows.find((row) => row.kind === kind),
  )
  return {
    ...(grade && {
      grade: {
        grade: grade.grade as Grade,
        text: grade.text,
        uid: grade.uid,
        at: presentTime(grade.at),
      },
    }),
    ...(satisfaction && {
      satisfaction: { grade: satisfaction.grade as Grade, at: presentTime(satisfaction.at) },
    }),
  }
}

/** The part of a session that is sent in events. Who listens fetches everything else by a call. */
export function presentSessionEvent(row: SessionRow): SessionEvent {
  return {
    sessionId: row.session_id,
    customerId: row.wx_user_id,
    ...stateOf(row),
    agentUid: row.uid,
    fence: row.fence,
    lane: row.lane,
  }
}

export function presentLedger(row: LedgerRow): LedgerEntry {
  return {
    n: row.n,
    from: row.from_state as StateCode | null,
    to: row.to_state as StateCode,
    actor: row.actor,
    reason: row.reason,
    fence: row.fence,
    agentUid: row.uid,
    ...(row.candidates !== null && { candidates: JSON.parse(row.candidates) as Candidate[] }),
    at: presentTime(row.at),
  }
}
