import { bell } from '../../../rules/session/stream.ts'
import type { Needs } from '../../ports.ts'
import type { Event } from './write.ts'

/**
 * Call this after the commit. It makes everybody who listens to one of these streams ask for its
 * new events.
 */
export function ringStreams(needs: Needs<'bus'>, events: Pick<Event, 'companyId' | 'stream'>[]) {
  const bells = new Set(events.map(({ companyId, stream }) => bell(companyId, stream)))
  for (const one of bells) needs.bus.publish('stream', one)
}
