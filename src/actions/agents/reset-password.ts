import { randomBytes } from 'node:crypto'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { endLoginsOf, forgetLogins } from './end-logins.ts'

/**
 * Lets an operator with access to the machine set a new password for a person. It is shown once,
 * and all sign-ins of that person end.
 */
export async function resetPassword(
  needs: Needs<'store' | 'cache' | 'bus' | 'ids' | 'clock' | 'passwords'>,
  username: string,
): Promise<{ password: string; enabled: boolean }> {
  const password = randomBytes(15).toString('base64url')
  const password_hash = await needs.passwords.hash(password)
  const { ended, enabled } = await needs.store.work('rest', async (unit) => {
    const seen = await unit.users.byUsername(username)
    const user = seen && (await unit.users.lock(seen.company_id, seen.uid))
    if (!user) throw new AppError('not_found', `There is nobody with the login name ${username}.`)

    const { company_id: companyId, uid } = user
    unit.users.change(companyId, uid, { password_hash })
    writeAudit(needs, unit, {
      me: { companyId, uid },
      entry: { action: 'user.password_reset', object: auditName('user', uid) },
    })
    return { ended: await endLoginsOf(unit, uid), enabled: user.enabled === 1 }
  })
  await forgetLogins(needs, ended)
  return { password, enabled }
}
