import type { Needs } from '../../ports.ts'
import type { Event } from './write.ts'

/** After the commit: whoever hears one of these streams asks for what is new in it. */
export function ringStreams(needs: Needs<'bus'>, events: Pick<Event, 'companyId' | 'stream'>[]) {
  const bells = new Set(events.map(({ companyId, stream }) => `${companyId} ${stream}`))
  for (const bell of bells) needs.bus.publish('stream', bell)
}
