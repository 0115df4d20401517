import { presenceHoldsMs } from '../../../rules/session/presence.ts'
import type { Needs } from '../../ports.ts'
import { forgetLogins } from './end-logins.ts'

/**
 * Ends the caller's sign-in. If it was their last one, the person is set offline; other sign-ins
 * that have not been used for long do not count.
 */
export async function signOut(
  needs: Needs<'store' | 'cache' | 'bus' | 'clock'>,
  login: { uid: number; tokenHash: string },
): Promise<void> {
  await needs.store.work('rest', async (unit) => {
    await unit.logins.end(login.tokenHash)
    const now = needs.clock.now()
    const left = await unit.logins.countHeard(login.uid, now - presenceHoldsMs)
    if (left === 0) await unit.users.setPresence(login.uid, 'offline', now)
  })
  await forgetLogins(needs, [login.tokenHash])
}
