// After the commit: the index, the bells, and whoever may have nobody in conversation now. What is not heard is mended by jobs.
import { isOwned } from '../../../rules/session.ts'
import type { Event } from '../events.ts'
import { acceptFirst, type AcceptFirstNeeds } from './accept-first.ts'
import { tellPlace } from './place.ts'
import type { Moved } from './step.ts'

export type TellNeeds = AcceptFirstNeeds

export async function tellStep(needs: TellNeeds, { session, before }: Moved, events: Event[]): Promise<void> {
  await tellPlace(needs, session, before.list)
  for (const stream of new Set(events.map((event) => event.stream))) needs.bus.publish('stream', stream)
  const had = before.state !== null && isOwned(before.state) ? before.uid : null
  const has = isOwned(session.state) ? session.uid : null
  await acceptFirst(needs, session.company_id, [...new Set([had, has])].filter((uid) => uid !== null))
}
