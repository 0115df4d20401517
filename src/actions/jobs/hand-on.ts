import { readLane } from '../../../rules/session/lane.ts'
import { handOnSessions } from '../sessions/hand-on-sessions.ts'
import type { TimerNeeds } from './timer.ts'

/**
 * Hands on sessions that disabled people still have: a process died while handing them on, a
 * session was given at the same moment, or an older release did not hand them on.
 */
export async function handOn(needs: TimerNeeds, companyId: string): Promise<{ handedOn: number }> {
  const { staff, lanes } = needs.store.read
  const reserved = (await lanes.inPrivateLanes(companyId)).flatMap((name) => {
    const lane = readLane(name)
    return lane?.kind === 'user' ? [lane.uid] : []
  })
  const leavers = await staff.disabledWith(companyId, reserved)
  let handedOn = 0
  for (const { uid, sessions_to: to, disabled_by: by } of leavers) {
    handedOn += await handOnSessions(needs, companyId, { uid, to: to ?? 'queue', by })
  }
  return { handedOn }
}
