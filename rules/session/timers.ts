// Since when does a timer run? Never from before the customer's last line: a push that comes first wins. A time that is not set is
// not 1970: a session that its agent began counts from then.
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

/** Given to somebody who has not accepted it. */
export const waitsSince = (session: Times) =>
  latest(session.add_time, session.assigned_at, session.receive_message_time)

/** In a lane. */
export const queuesSince = (session: Times) =>
  latest(session.add_time, session.queued_at, session.receive_message_time)

/** Neither side has said a word. */
export const idleSince = (session: Times) =>
  latest(session.add_time, session.assigned_at, session.receive_message_time, session.send_time)

/** The customer has waited since then, whoever was to answer: their place in the queue goes by it. */
export const waitedSince = ({ unanswered_since, add_time }: Times) => unanswered_since ?? add_time

/** The customer's first line that no person has answered, while this agent could; null when nothing is owed. */
export const owedSince = (session: Times) =>
  session.unanswered_since === null ? null : latest(session.unanswered_since, session.assigned_at)

export const isDue = (since: number | null, minutes: number, now: number) =>
  minutes > 0 && since !== null && now - since >= minutes * minuteMs
