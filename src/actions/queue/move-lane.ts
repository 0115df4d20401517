// Moves many queued sessions to another lane. They keep their rank.
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
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
  /**
   * Returns the lane to which a queued session moves, or null if it stays. It is called while the
   * session is locked.
   */
  to: (session: SessionRow) => string | null
  /** Returns the reason that the ledger gives for the move. */
  reason: (session: SessionRow, customer: CustomerRow | undefined) => string
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
    const seen = await unit.sessions.customersOf(companyId, ids)
    const customers = await unit.customers.lockMany(
      companyId,
      seen.map((row) => row.wx_user_id),
    )
    const byId = new Map(customers.map((row) => [row.wx_user_id, row]))
    const sessions = await unit.sessions.lockMany(companyId, ids)

    const at = needs.clock.now()
    const steps = sessions.flatMap((session) =>
      stepOf(move, { session, customer: byId.get(session.wx_user_id), at }),
    )
    const events = steps.flatMap((step) => stepEvents('session.queued', step))
    unit.sessions.moveLanes(steps.map(({ session }) => session))
    unit.sessions.writeLedger(steps.map(({ ledger }) => ledger))
    writeEvents(needs, unit, events)
    return { steps, events }
  })

  await tellMoved(needs, companyId, { steps, events })
  return steps.length
}

type InLane = { session: SessionRow; customer: CustomerRow | undefined; at: number }

function stepOf({ actor, to, reason }: LaneMove, { session, customer, at }: InLane): Moved[] {
  const lane = session.state === queued ? to(session) : null
  if (lane === null || lane === session.lane) return []
  const why = { actor, reason: reason(session, customer), at }
  return [takeStep(session, { event: 'moveLane', who: 'job', ...why, place: { lane } })]
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
