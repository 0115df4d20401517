// Writes a decided step of a session together with everything that belongs to it, always in the
// same order, and tells others after the commit.
import type { MessageRow } from '../../../entities/index.ts'
import type { Needs, Unit } from '../../ports.ts'
import { ringStreams } from '../streams/ring.ts'
import { writeEvents, type Event } from '../streams/write.ts'
import { tellLines } from '../lines/recent.ts'
import { tellPlaces } from './place.ts'
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
  step: StepToCommit,
): Promise<Committed> {
  const [committed] = (await commitSteps(needs, unit, [step])) as [Committed]
  return committed
}

/** Commits steps of several sessions; what is written to event streams is written once for all. */
export async function commitSteps(
  needs: Needs<'ids' | 'clock'>,
  unit: Unit,
  steps: StepToCommit[],
): Promise<Committed[]> {
  const committed: Committed[] = []
  for (const { moved, says, heardBy = [], events: besides = [], ...how } of steps) {
    await writeStep(unit, moved, how)
    const { lines = [], outbox = [] } = how
    const events = [...stepEvents(says, moved, heardBy), ...besides]
    committed.push({ moved, lines, events, sends: outbox.length > 0 })
  }
  writeEvents(
    needs,
    unit,
    committed.flatMap(({ events }) => events),
  )
  return committed
}

type CommittedNeeds = Needs<'queue' | 'recent' | 'bus' | 'log'>

/**
 * Tells the index of newest lines, the queue index and the event streams. Whatever is lost here is
 * repaired by jobs.
 */
export async function tellCommitted(needs: CommittedNeeds, committed: Committed[]): Promise<void> {
  tellLines(
    needs,
    committed.flatMap(({ lines }) => lines),
  )
  if (committed.some(({ sends }) => sends)) needs.bus.publish('outbox', '')
  await tellPlaces(
    needs,
    committed.map(({ moved: { session, before } }) => ({ session, from: before.list })),
  )
  ringStreams(
    needs,
    committed.flatMap(({ events }) => events),
  )
}
