// Moves many queued sessions to another lane. They keep their rank.
import type { SessionRow } from '../../../entities/index.ts'
import { queued } from '../../../rules/session/states.ts'
import { ringStreams } from '../streams/ring.ts'
import { writeEvents, type Event } from '../streams/write.ts'
import type { AssignNeeds } from './assign-queued.ts'
import { listPlaceOf } from '../transition/place.ts'
import { ringRoom } from '../transition/ring-room.ts'
import { stepEvents } from '../transition/step-events.ts'
import { takeStep, type Moved } from '../transition/take-step.ts'

export type LaneMove = {
  actor: string
  reason: string
  /**
   * Returns the lane to which a queued session moves, or null if it stays. It is called while the
   * session is locked.
   */
  to: (session: SessionRow) => string | null
}
type Moves = {
  companyId: string
  move: LaneMove
  /** Sessions that may have to move; each is checked again under lock. */
  who: AsyncIterable<string[]>
  /** When this time is over, the next run does the rest. */
  worksForMs?: number
}

const atOnce = 50

export async function moveLanes(
  needs: AssignNeeds,
  { companyId, move, who, worksForMs = 30_000 }: Moves,
): Promise<number> {
  const until = needs.clock.mono() + worksForMs
  let moved = 0
  for await (const all of who) {
    for (let at = 0; at < all.length && needs.clock.mono() < until; at += atOnce) {
      moved += await moveSome(needs, { companyId, move, ids: all.slice(at, at + atOnce) })
    }
    if (needs.clock.mono() > until) break
  }
  return moved
}

async function moveSome(
  needs: AssignNeeds,
  { companyId, move, ids }: { companyId: string; move: LaneMove; ids: string[] },
): Promise<number> {
  const { steps, events } = await needs.store.work('rest', async (unit) => {
    const customers = await unit.sessions.customersOf(companyId, ids)
    await unit.customers.lockMany(
      companyId,
      customers.map((row) => row.wx_user_id),
    )
    const sessions = await unit.sessions.lockMany(companyId, ids)

    const steps = sessions.flatMap((session) => stepOf(session, move, needs.clock.now()))
    const events = steps.flatMap((step) => stepEvents('session.queued', step))
    unit.sessions.moveLanes(steps.map(({ session }) => session))
    unit.sessions.writeLedger(steps.map(({ ledger }) => ledger))
    writeEvents(needs, unit, events)
    return { steps, events }
  })

  await tellMoved(needs, companyId, { steps, events })
  return steps.length
}

function stepOf(session: SessionRow, { actor, reason, to }: LaneMove, at: number): Moved[] {
  const lane = session.state === queued ? to(session) : null
  if (lane === null || lane === session.lane) return []
  return [takeStep(session, { event: 'moveLane', who: 'job', actor, reason, at, place: { lane } })]
}

async function tellMoved(
  needs: AssignNeeds,
  companyId: string,
  { steps, events }: { steps: Moved[]; events: Event[] },
): Promise<void> {
  if (steps.length === 0) return
  await needs.queue.move(
    companyId,
    steps.map(({ session, before }) => ({
      id: session.session_id,
      from: before.list,
      to: listPlaceOf(session),
    })),
  )
  ringRoom(needs, companyId)
  ringStreams(needs, events)
}
