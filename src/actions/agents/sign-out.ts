import type { Needs } from '../../ports.ts'
import { forgetLogins } from './end-logins.ts'

/** The last sign-in that ends takes the person offline. */
export async function signOut(
  needs: Needs<'store' | 'cache' | 'bus' | 'clock'>,
  login: { uid: number; tokenHash: string },
): Promise<void> {
  await needs.store.work('rest', async (unit) => {
    await unit.logins.end(login.tokenHash)
    const left = await unit.logins.hashesOf(login.uid)
    if (left.length === 0) await unit.users.setPresence(login.uid, 'offline', needs.clock.now())
  })
  await forgetLogins(needs, [login.tokenHash])
}
