// A step that was decided is written with all that goes with it, in one order, and told after the commit.
import type { MessageRow } from '../../../entities/index.ts'
import type { Needs, Unit } from '../../ports.ts'
import { ringStreams } from '../streams/ring.ts'
import { writeEvents, type Event } from '../streams/write.ts'
import { tellLines } from '../lines/recent.ts'
import { tellPlace } from './place.ts'
import { stepEvents, writeStep, type Moved, type With } from './step.ts'

export type How = With & {
  moved: Moved
  /** The name of the event by which everyone hears of it. */
  says: string
  /** Who hears of it besides those who had or have the session. */
  heardBy?: number[]
  /** What else is heard. */
  events?: Event[]
}
export type Committed = { moved: Moved; lines: MessageRow[]; events: Event[]; sends: boolean }

export async function commitStep(
  needs: Needs<'ids' | 'clock'>,
  unit: Unit,
  { moved, says, heardBy = [], events: besides = [], ...how }: How,
): Promise<Committed> {
  await writeStep(unit, moved, how)
  const events = [...stepEvents(says, moved, heardBy), ...besides]
  writeEvents(needs, unit, events)
  const { lines = [], outbox = [] } = how
  return { moved, lines, events, sends: outbox.length > 0 }
}

type TellNeeds = Needs<'queue' | 'recent' | 'bus' | 'log'>

/** The newest lines, the index and the bells. What is not heard is mended by jobs. */
export async function tellCommitted(
  needs: TellNeeds,
  { moved: { session, before }, lines, events, sends }: Committed,
): Promise<void> {
  tellLines(needs, lines)
  if (sends) needs.bus.publish('outbox', '')
  await tellPlace(needs, session, before.list)
  ringStreams(needs, events)
}
