// After the commit: the index, then the bells. What is not heard is mended by the reconcile.
import type { Needs } from '../../ports.ts'
import type { Event } from '../events.ts'
import { tellPlace } from './place.ts'
import type { Moved } from './step.ts'

export type TellNeeds = Needs<'queue' | 'bus'>

export async function tellStep(needs: TellNeeds, { session, before }: Moved, events: Event[]): Promise<void> {
  await tellPlace(needs, session, before.list)
  for (const stream of new Set(events.map((event) => event.stream))) needs.bus.publish('stream', stream)
}
