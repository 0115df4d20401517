import type { Needs } from '../../ports.ts'
import type { Event } from './write.ts'

/**
 * Call this after the commit. It makes everybody who listens to one of these streams ask for its
 * new events.
 */
export function ringStreams(needs: Needs<'bus'>, events: Pick<Event, 'companyId' | 'stream'>[]) {
  const bells = new Set(events.map(({ companyId, stream }) => `${companyId} ${stream}`))
  for (const bell of bells) needs.bus.publish('stream', bell)
}
