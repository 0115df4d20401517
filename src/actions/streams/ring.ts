import { bell } from '../../../rules/session/stream.ts'
import type { Needs } from '../../ports.ts'
import type { Event } from './write.ts'

/**
 * Tells everybody who listens to one of these event streams to ask for its new events. It must be
 * called after the commit.
 */
export function ringStreams(needs: Needs<'bus'>, events: Pick<Event, 'companyId' | 'stream'>[]) {
  const bells = new Set(events.map(({ companyId, stream }) => bell(companyId, stream)))
  for (const one of bells) needs.bus.publish('stream', one)
}
