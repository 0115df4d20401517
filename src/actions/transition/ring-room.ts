import type { Needs } from '../../ports.ts'

/** Somebody has room, or somebody waits: whoever is next may be given to someone. `returned` has just come back. */
export function ringRoom(needs: Needs<'bus'>, companyId: string, returned?: number): void {
  needs.bus.publish('room', returned === undefined ? companyId : `${companyId} ${returned}`)
}
