// After the commit: the index, the bells, and whoever may have nobody in conversation now. What is not heard is mended by jobs.
import { isOwned, queued } from '../../../rules/session.ts'
import type { Event } from '../events.ts'
import { acceptFirst, type AcceptFirstNeeds } from './accept-first.ts'
import { tellPlace } from './place.ts'
import { ringRoom } from './ring-room.ts'
import type { Moved } from './step.ts'

export type TellNeeds = AcceptFirstNeeds

export async function tellStep(needs: TellNeeds, moved: Moved, events: Event[]): Promise<void> {
  const { session, before } = moved
  await tellPlace(needs, session, before.list)
  if (makesRoom(moved) || session.state === queued) ringRoom(needs, session.company_id)
  for (const stream of new Set(events.map((event) => event.stream))) {
    needs.bus.publish('stream', stream)
  }
  const had = before.state !== null && isOwned(before.state) ? before.uid : null
  const has = isOwned(session.state) ? session.uid : null
  await acceptFirst(
    needs,
    session.company_id,
    [...new Set([had, has])].filter((uid) => uid !== null),
  )
}

const makesRoom = ({ session, before }: Moved) =>
  before.state !== null &&
  isOwned(before.state) &&
  (session.uid !== before.uid || !isOwned(session.state))
