import type { Needs } from '../../ports.ts'

/**
 * Tells that an agent has room or a session waits, so that waiting sessions are assigned.
 * `returned` is an agent who has just come back.
 */
export function ringRoom(needs: Needs<'bus'>, companyId: string, returned?: number): void {
  needs.bus.publish('room', returned === undefined ? companyId : `${companyId} ${returned}`)
}
