// After the commit of a step, tells everyone about it, and lets agents who may now be without a
// conversation accept the session that waits for them next.
import { isOwned } from '../../../rules/session/session.ts'
import { queued } from '../../../rules/session/states.ts'
import { acceptFirst, type AcceptFirstNeeds } from './accept-first.ts'
import { tellCommitted, type Committed } from './commit-step.ts'
import { ringRoom } from './ring-room.ts'
import type { Moved } from './step.ts'

export type TellNeeds = AcceptFirstNeeds

export async function tellStep(needs: TellNeeds, committed: Committed): Promise<void> {
  const { moved } = committed
  const { session, before } = moved
  await tellCommitted(needs, committed)
  if (makesRoom(moved) || session.state === queued) ringRoom(needs, session.company_id)
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
