// From which moment each timer of a session counts. For the timers that end a session it is never
// earlier than the customer's last line, so a push that arrives just before one fires prevents it.
// What an agent owes the customer counts from the first unanswered line, and further ones do not
// put it off. A time that is null is left out and does not count as 1970.
import type { SessionRow } from '../../entities/index.ts'

type Times = Pick<
  SessionRow,
  | 'add_time'
  | 'assigned_at'
  | 'queued_at'
  | 'receive_message_time'
  | 'send_time'
  | 'unanswered_since'
>

export const minuteMs = 60_000
export const dayMs = 24 * 60 * minuteMs

const latest = (...times: (number | null)[]) => Math.max(...times.filter((time) => time !== null))

/** Since when the session has been waiting for its agent to accept it. */
export const waitsSince = (session: Times) =>
  latest(session.add_time, session.assigned_at, session.receive_message_time)

/** Since when the session has been queued in its lane. */
export const queuesSince = (session: Times) =>
  latest(session.add_time, session.queued_at, session.receive_message_time)

/**
 * Since when neither the customer nor an agent has written in the session, nor has it been given to
 * anybody.
 */
export const idleSince = (session: Times) =>
  latest(session.add_time, session.assigned_at, session.receive_message_time, session.send_time)

/**
 * Since when the customer has been waiting for an answer, whoever had the session meanwhile, or if
 * they are not waiting, since the session began. Their rank is based on this when a session that
 * somebody had is queued again.
 */
export const waitedSince = ({ unanswered_since, add_time }: Times) => unanswered_since ?? add_time

/** Since when the present agent owes the customer an answer; null if nothing is owed. */
export const owedSince = (session: Times) =>
  session.unanswered_since === null ? null : latest(session.unanswered_since, session.assigned_at)

export const isDue = (since: number | null, minutes: number, now: number) =>
  minutes > 0 && since !== null && now - since >= minutes * minuteMs
