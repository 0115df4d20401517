import type { Needs } from '../../ports.ts'
import { ringRoom } from '../transition/ring-room.ts'

export async function setPresence(
  needs: Needs<'store' | 'clock' | 'bus'>,
  me: { uid: number; companyId: string },
  status: string,
): Promise<void> {
  await needs.store.work('rest', (unit) =>
    unit.users.setPresence(me.uid, status, needs.clock.now()),
  )
  if (status === 'online') ringRoom(needs, me.companyId, me.uid)
}
