// After the commit of a step, tells everyone about it, and lets agents who may now be without a
// conversation accept the session that waits for them next.
import { queued } from '../../../rules/session/states.ts'
import { acceptFirst, type AcceptFirstNeeds } from './accept-first.ts'
import { tellCommitted, type Committed } from './commit-step.ts'
import { ringRoom } from './ring-room.ts'
import { ownersOf } from './take-step.ts'

export type TellNeeds = AcceptFirstNeeds

export async function tellStep(needs: TellNeeds, committed: Committed): Promise<void> {
  const { moved } = committed
  const { session } = moved
  const { had, has } = ownersOf(moved)
  const makesRoom = had !== null && had !== has
  await tellCommitted(needs, committed)
  if (makesRoom || session.state === queued) ringRoom(needs, session.company_id)
  await acceptFirst(
    needs,
    session.company_id,
    [...new Set([had, has])].filter((uid) => uid !== null),
  )
}
