// An event is one row per audience, written in the transaction that made it true; the bell rings after the commit.
import type { CustomerRow, MessageRow, SessionRow } from '../../../entities/index.ts'
import type { Window } from '../../../rules/reply/reply-window.ts'
import { group } from '../../../rules/session/session.ts'
import { presentMessage } from '../../views/message.ts'
import { presentSessionEvent } from '../../views/session.ts'
import { presentWindow } from '../../views/window.ts'
import type { Needs, Unit } from '../../ports.ts'

export type Event = { companyId: string; stream: string; type: string; data: object }

export function writeEvents(needs: Needs<'ids' | 'clock'>, unit: Unit, events: Event[]): void {
  const at = needs.clock.now()
  for (const companyId of [...new Set(events.map((event) => event.companyId))].sort()) {
    const own = events.filter((event) => event.companyId === companyId)
    unit.streams.append(
      companyId,
      needs.ids(),
      own.map(({ stream, type, data }) => ({
        stream,
        event_id: needs.ids(),
        type,
        data: JSON.stringify(data),
        created_at: at,
      })),
    )
  }
}

/** To everyone who may watch sessions, and to those named. */
export function sessionEvent(
  type: string,
  session: SessionRow,
  { uids, streams = [] }: { uids: (number | null)[]; streams?: string[] },
): Event[] {
  const data = presentSessionEvent(session)
  const people = [...new Set(uids)].filter((uid) => uid !== null).map((uid) => `user:${uid}`)
  return ['live', ...people, ...streams].map((stream) => ({
    companyId: session.company_id,
    stream,
    type,
    data,
  }))
}

/** A session has a stream of its own while it has members, or somebody watches. */
export const sessionStream = (session: SessionRow, at: number): string[] =>
  session.state === group || (session.watched_until ?? 0) > at
    ? [`session:${session.session_id}`]
    : []

/** A line is heard by the owner and in the session's own stream; while it is only queued by nobody: the claimer reads it. */
export function lineEvents(
  type: string,
  session: SessionRow,
  { line, at }: { line: MessageRow; at: number },
): Event[] {
  const data = presentMessage(line)
  const streams = [
    ...(session.uid === null ? [] : [`user:${session.uid}`]),
    ...sessionStream(session, at),
  ]
  return streams.map((stream) => ({ companyId: session.company_id, stream, type, data }))
}

/** Entering or leaving a lane is heard by those who may claim from it. */
export function queueEvent(type: string, session: SessionRow, lane: string): Event {
  return {
    companyId: session.company_id,
    stream: `queue:${lane}`,
    type,
    data: presentSessionEvent(session),
  }
}

/** How often and how long a customer may be written to is heard by the owner of their session. */
export function windowEvent(
  customer: Pick<CustomerRow, 'wx_user_id'> & Window,
  session: Pick<SessionRow, 'company_id' | 'session_id' | 'uid'>,
  now: number,
): Event[] {
  if (session.uid === null) return []
  const data = {
    sessionId: session.session_id,
    customerId: customer.wx_user_id,
    window: presentWindow(customer, now),
  }
  return [
    { companyId: session.company_id, stream: `user:${session.uid}`, type: 'window.changed', data },
  ]
}

/** What is known of a customer has changed; the owner of their session asks for it. */
export function customerEvent(
  session: Pick<SessionRow, 'company_id' | 'session_id' | 'wx_user_id' | 'uid'>,
): Event[] {
  if (session.uid === null) return []
  const data = { customerId: session.wx_user_id, sessionId: session.session_id }
  return [
    {
      companyId: session.company_id,
      stream: `user:${session.uid}`,
      type: 'customer.updated',
      data,
    },
  ]
}
