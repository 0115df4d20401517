import type { Needs } from '../../ports.ts'

/**
 * Wakes the assignment, because an agent has room or a session is queued. `returned` is an agent
 * who has just come back.
 */
export function ringRoom(needs: Needs<'bus'>, companyId: string, returned?: number): void {
  needs.bus.publish('room', returned === undefined ? companyId : `${companyId} ${returned}`)
}
