import type { Needs } from '../../ports.ts'
import { ringRoom } from '../transition/ring-room.ts'

/** Somebody came, went, or may serve others than before. */
export function tellStaff(needs: Needs<'bus'>, companyId: string): void {
  needs.bus.publish('known', companyId)
  ringRoom(needs, companyId)
}
