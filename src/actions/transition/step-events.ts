import { group } from '../../../rules/session/states.ts'
import { sessionStream } from '../../../rules/session/stream.ts'
import { ownStreams, queueEvent, sessionEvent, type Event } from '../streams/write.ts'
import type { Moved } from './take-step.ts'

/**
 * Makes the events that tell of a step. They go to everyone who may watch sessions, to the lanes
 * that the session left and entered, to the former and the new owner, and to members and
 * supervisors who watch this session.
 */
export function stepEvents(
  type: string,
  { session, before, ledger }: Moved,
  also: number[] = [],
): Event[] {
  const own =
    before.state === group ? [sessionStream(session.session_id)] : ownStreams(session, ledger.at)
  return [
    ...(before.lane !== null && before.lane !== session.lane
      ? [queueEvent(type, session, before.lane)]
      : []),
    ...(session.lane !== null ? [queueEvent('session.queued', session, session.lane)] : []),
    ...sessionEvent(type, session, { uids: [before.uid, session.uid, ...also], streams: own }),
  ]
}
