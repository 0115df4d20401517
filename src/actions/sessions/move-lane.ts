// Queued sessions that go on to another lane. They keep their rank.
import type { SessionRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'
import { writeEvents } from '../events.ts'
import type { AssignNeeds } from './assign-waiting.ts'
import { lockBoth } from './rights.ts'
import { stepEvents, takeStep, writeStep } from './step.ts'
import { tellStep } from './tell-step.ts'

export type LaneMove = {
  actor: string
  reason: string
  /** Asked under lock; null: it stays. */
  to: (unit: Unit, session: SessionRow) => Promise<string | null>
}
type Moves = {
  companyId: string
  move: LaneMove
  next: (limit: number) => Promise<{ session_id: string }[]>
}

const atOnce = 500
const mostRounds = 100

/** Until nobody is left to be moved. */
export async function moveLanes(
  needs: AssignNeeds,
  { companyId, move, next }: Moves,
): Promise<number> {
  let moved = 0
  for (let round = 0; round < mostRounds; round += 1) {
    const rows = await next(atOnce)
    const before = moved
    for (const { session_id: id } of rows) moved += await moveOne(needs, { companyId, move, id })
    if (rows.length < atOnce || moved === before) break
  }
  return moved
}

async function moveOne(
  needs: AssignNeeds,
  { companyId, move, id }: { companyId: string; move: LaneMove; id: string },
): Promise<number> {
  const done = await needs.store.work('rest', async (unit) => {
    const { customer, session } = await lockBoth(unit, companyId, id)
    const lane = await move.to(unit, session)
    if (lane === null) return null
    const moved = takeStep(session, {
      event: 'moveLane',
      who: 'job',
      actor: move.actor,
      reason: move.reason,
      at: needs.clock.now(),
      place: { lane },
    })
    await writeStep(unit, moved, { customer })
    const events = stepEvents('session.queued', moved)
    writeEvents(needs, unit, events)
    return { moved, events }
  })
  if (done) await tellStep(needs, done.moved, done.events)
  return done ? 1 : 0
}
