// The end of a session, whoever ends it. The caller has locked customer and session; the order of writes is the house's.
import type { CustomerRow, SessionRow } from '../../../entities/index.ts'
import { giveBack } from '../../../rules/reply-window.ts'
import { isOwned, queued } from '../../../rules/session.ts'
import type { Unit } from '../../ports.ts'
import { queueEvent, sessionEvent, type Event } from '../events.ts'
import { nextLedger } from '../messages/lines.ts'

export type Ending = { state: number, actor: string, reason: string, at: number, dropPending: boolean, event: string }

export async function endSession(unit: Unit, { customer, session }: { customer: CustomerRow, session: SessionRow }, ending: Ending): Promise<Event[]> {
  const from = session.state
  const { uid, lane } = session
  Object.assign(session, {
    state: ending.state, open_key: null, fence: session.fence + 1, lane: null, rank: null, queued_at: null, closed_at: ending.at,
    close_reason: ending.reason,
  })
  const step = nextLedger(session, { from, actor: ending.actor, reason: ending.reason, at: ending.at })

  const pending = ending.dropPending ? await unit.outbox.pendingOf(session.session_id) : []
  if (pending.length > 0) {
    // what never left takes nothing from the follower's budget
    await unit.customers.save({ ...customer, ...giveBack(customer, pending.length, ending.at) })
  }
  await unit.sessions.save(session)
  if (isOwned(from) && uid !== null) await unit.loads.lower(uid)
  if (pending.length > 0) {
    await unit.messages.fail(pending.map((row) => row.outbox_id), { errcode: null, why: 'dropped_on_close' })
    await unit.outbox.drop(session.session_id, ending.at)
  }
  await unit.sessions.writeLedger([step])
  return [
    ...(from === queued && lane !== null ? [queueEvent(ending.event, session, lane)] : []),
    ...sessionEvent(ending.event, session, [uid]),
  ]
}
