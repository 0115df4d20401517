// Writes events, one row for each stream that should get it, in the transaction that caused them.
// Listeners are notified after the commit.
import type { CustomerRow, MessageRow, SessionRow } from '../../../entities/index.ts'
import type { Window } from '../../../rules/reply/reply-window.ts'
import { group } from '../../../rules/session/states.ts'
import {
  laneStream,
  liveStream,
  personStream,
  sessionStream,
} from '../../../rules/session/stream.ts'
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

/**
 * Makes the events that tell of a session: one for everyone who may watch sessions, one for each
 * person in `uids`, and one for each stream named.
 */
export function sessionEvent(
  type: string,
  session: SessionRow,
  { uids, streams = [] }: { uids: (number | null)[]; streams?: string[] },
): Event[] {
  const data = presentSessionEvent(session)
  const people = [...new Set(uids)].filter((uid) => uid !== null).map(personStream)
  return [liveStream, ...people, ...streams].map((stream) => ({
    companyId: session.company_id,
    stream,
    type,
    data,
  }))
}

/** A session has an event stream of its own while it has members or a supervisor watches it. */
export const ownStreams = (session: SessionRow, at: number): string[] =>
  session.state === group || (session.watched_until ?? 0) > at
    ? [sessionStream(session.session_id)]
    : []

/**
 * A new line, or what became of a reply, is told to the owner and in the session's own stream.
 * While the session is queued, only supervisors who watch it are told; whoever claims it reads its
 * lines then.
 */
export function lineEvents(
  type: string,
  session: SessionRow,
  { line, at }: { line: MessageRow; at: number },
): Event[] {
  const data = presentMessage(line)
  const streams = [
    ...(session.uid === null ? [] : [personStream(session.uid)]),
    ...ownStreams(session, at),
  ]
  return streams.map((stream) => ({ companyId: session.company_id, stream, type, data }))
}

/** That a session enters or leaves a lane is told to everyone who may claim from that lane. */
export function queueEvent(type: string, session: SessionRow, lane: string): Event {
  return {
    companyId: session.company_id,
    stream: laneStream(lane),
    type,
    data: presentSessionEvent(session),
  }
}

/** Changes of a customer's reply window are told to the owner of their session. */
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
    {
      companyId: session.company_id,
      stream: personStream(session.uid),
      type: 'window.changed',
      data,
    },
  ]
}

/** Tells the owner of the session that the customer's data changed, so that they are read again. */
export function customerEvent(
  session: Pick<SessionRow, 'company_id' | 'session_id' | 'wx_user_id' | 'uid'>,
): Event[] {
  if (session.uid === null) return []
  const data = { customerId: session.wx_user_id, sessionId: session.session_id }
  return [
    {
      companyId: session.company_id,
      stream: personStream(session.uid),
      type: 'customer.updated',
      data,
    },
  ]
}
