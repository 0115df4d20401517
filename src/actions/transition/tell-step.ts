// After the commit of a step, tells everyone about it, and lets agents who may now be without a
// conversation accept the session that waits for them next.
import { queued } from '../../../rules/session/states.ts'
import { acceptFirst, type AcceptFirstNeeds } from './accept-first.ts'
import { tellCommitted, type Committed } from './commit-step.ts'
import { ringRoom } from './ring-room.ts'
import { ownersOf } from './take-step.ts'

export type TellNeeds = AcceptFirstNeeds

export const tellStep = (needs: TellNeeds, committed: Committed): Promise<void> =>
  tellSteps(needs, committed.moved.session.company_id, [committed])

/** Tells of the steps of several sessions of one company. */
export async function tellSteps(
  needs: TellNeeds,
  companyId: string,
  committed: Committed[],
): Promise<void> {
  const owners = committed.map(({ moved }) => ownersOf(moved))
  const makeRoom = owners.some(({ had, has }) => had !== null && had !== has)
  await tellCommitted(needs, committed)
  if (makeRoom || committed.some(({ moved }) => moved.session.state === queued)) {
    ringRoom(needs, companyId)
  }
  const uids = owners.flatMap(({ had, has }) => [had, has]).filter((uid) => uid !== null)
  await acceptFirst(needs, companyId, [...new Set(uids)])
}
