// After the commit: the index, then the bells. What is not heard is mended by the reconcile.
import { isOwned, queued } from '../../../rules/session.ts'
import type { Needs } from '../../ports.ts'
import type { Event } from '../events.ts'
import { tellPlace } from './place.ts'
import type { Moved } from './step.ts'

export type TellNeeds = Needs<'queue' | 'bus'>

export async function tellStep(needs: TellNeeds, moved: Moved, events: Event[]): Promise<void> {
  const { session, before } = moved
  await tellPlace(needs, session, before.list)
  if (makesRoom(moved) || session.state === queued) ringRoom(needs, session.company_id)
  for (const stream of new Set(events.map((event) => event.stream))) needs.bus.publish('stream', stream)
}

const makesRoom = ({ session, before }: Moved) =>
  before.state !== null && isOwned(before.state) && (session.uid !== before.uid || !isOwned(session.state))

/** Somebody has room, or somebody waits: whoever is next may be given to someone. `returned` has just come back. */
export function ringRoom(needs: Needs<'bus'>, companyId: string, returned?: number): void {
  needs.bus.publish('room', returned === undefined ? companyId : `${companyId} ${returned}`)
}
