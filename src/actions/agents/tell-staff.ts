import type { Needs } from '../../ports.ts'
import { ringRoom } from '../transition/ring-room.ts'

/**
 * Tells all processes that a person of the company came or left, or that what they may serve has
 * changed.
 */
export function tellStaff(needs: Needs<'bus'>, companyId: string): void {
  needs.bus.publish('known', companyId)
  ringRoom(needs, companyId)
}
