import { networkOf } from '../../../rules/access/login.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { endLoginsOf, forgetLogins } from './end-logins.ts'
import { writeTry } from './sign-in.ts'
import { openTurns } from './turns.ts'

type OwnLogin = { uid: number; companyId: string; tokenHash: string }
const oneAtATime = openTurns(1, { ofKey: 8, ofAll: 240 })

/**
 * Changes the caller's own password and ends all their other sign-ins. A wrong old password counts
 * as a failed sign-in.
 */
export async function changePassword(
  needs: Needs<'store' | 'cache' | 'bus' | 'clock' | 'ids' | 'passwords'>,
  me: OwnLogin,
  input: { oldPassword: string; newPassword: string; ip: string },
): Promise<void> {
  const ended = await oneAtATime(String(me.uid), async () => {
    const seen = await needs.store.read.users.find(me.companyId, me.uid)
    const wrong = () =>
      new AppError('invalid_input', 'The old password is wrong.', { field: 'oldPassword' })
    if (!seen) throw wrong()
    const tried = { username: seen.username, ip: networkOf(input.ip) }
    const tryId = await writeTry(needs, tried)
    if (!(await needs.passwords.matches(seen.password_hash, input.oldPassword))) throw wrong()
    const password_hash = await needs.passwords.hash(input.newPassword)
    return needs.store.work('rest', async (unit) => {
      const user = await unit.users.lock(me.companyId, me.uid)
      if (user?.enabled !== 1) throw new AppError('not_signed_in', 'Sign in first.')
      if (user.password_hash !== seen.password_hash) throw wrong()
      unit.users.change(me.companyId, me.uid, { password_hash })
      await unit.logins.turnedOut(tryId, 'ok', me.uid)
      return endLoginsOf(unit, me.uid, me.tokenHash)
    })
  })
  await forgetLogins(needs, ended)
}
