// Writes a decided step of a session together with everything that belongs to it, always in the
// same order, and tells others after the commit.
import type { MessageRow } from '../../../entities/index.ts'
import type { Needs, Unit } from '../../ports.ts'
import { ringStreams } from '../streams/ring.ts'
import { writeEvents, type Event } from '../streams/write.ts'
import { tellLines } from '../lines/recent.ts'
import { tellPlace } from './place.ts'
import { stepEvents } from './step-events.ts'
import type { Moved } from './take-step.ts'
import { writeStep, type WithStep } from './write-step.ts'

export type StepToCommit = WithStep & {
  moved: Moved
  /** The name of the event that tells of the step. */
  says: string
  /** People who get the event in addition to the former and the present owner. */
  heardBy?: number[]
  events?: Event[]
}
export type Committed = { moved: Moved; lines: MessageRow[]; events: Event[]; sends: boolean }

export async function commitStep(
  needs: Needs<'ids' | 'clock'>,
  unit: Unit,
  { moved, says, heardBy = [], events: besides = [], ...how }: StepToCommit,
): Promise<Committed> {
  await writeStep(unit, moved, how)
  const events = [...stepEvents(says, moved, heardBy), ...besides]
  writeEvents(needs, unit, events)
  const { lines = [], outbox = [] } = how
  return { moved, lines, events, sends: outbox.length > 0 }
}

type CommittedNeeds = Needs<'queue' | 'recent' | 'bus' | 'log'>

/**
 * Tells the index of newest lines, the queue index and the event streams. Whatever is lost here is
 * repaired by jobs.
 */
export async function tellCommitted(
  needs: CommittedNeeds,
  { moved: { session, before }, lines, events, sends }: Committed,
): Promise<void> {
  tellLines(needs, lines)
  if (sends) needs.bus.publish('outbox', '')
  await tellPlace(needs, session, before.list)
  ringStreams(needs, events)
}
