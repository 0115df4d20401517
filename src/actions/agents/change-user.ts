import type { UserRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import { hashPassword } from '../../passwords.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, type Actor } from '../audit.ts'
import type { NewUser } from './create-user.ts'
import { endLoginsOf, forgetLogins, forgetRights } from './end-logins.ts'
import { tellStaff } from './staff.ts'
import { refuseTooMany, writeLinks } from './user-links.ts'

export type UserPatch = { [K in keyof NewUser]?: NewUser[K] | undefined }
type ChangeNeeds = Needs<'store' | 'clock' | 'ids' | 'cache' | 'bus'>

/** A new password and disabling end all sign-ins of this person; a new role is known at once. */
export async function changeUser(
  needs: ChangeNeeds,
  me: Actor,
  input: { uid: number; patch: UserPatch },
): Promise<UserRow> {
  const { patch } = input
  const password_hash = patch.password === undefined ? null : await hashPassword(patch.password)
  const { user, hashes } = await needs.store.work('rest', async (unit) => {
    const before = await unit.users.find(me.companyId, input.uid)
    if (!before) throw new AppError('not_found', 'There is no such person in your company.')
    const row = patched(before, patch, password_hash)
    await refuseChange(unit, me, { before, row })
    await unit.users.update(row)
    await writeLinks(unit, row, patch)
    await writeAudit(needs, unit, {
      me,
      deed: {
        action: 'user.changed',
        object: `user:${row.uid}`,
        detail: { fields: Object.keys(patch) },
      },
    })
    const ends = password_hash !== null || row.enabled === 0
    if (ends) await unit.users.setPresence(row.uid, 'offline', needs.clock.now())
    return {
      user: row,
      hashes: ends ? await endLoginsOf(unit, row.uid) : await unit.logins.hashesOf(row.uid),
    }
  })

  await forgetRights(needs, [user.uid])
  tellStaff(needs, me.companyId)
  await forgetLogins(needs, hashes)
  return user
}

const patched = (row: UserRow, patch: UserPatch, password_hash: string | null): UserRow => ({
  ...row,
  username: patch.username ?? row.username,
  password_hash: password_hash ?? row.password_hash,
  name: patch.name ?? row.name,
  role: patch.role ?? row.role,
  enabled: Number(patch.enabled ?? row.enabled),
})

async function refuseChange(
  unit: Unit,
  me: Actor,
  { before, row }: { before: UserRow; row: UserRow },
): Promise<void> {
  if (row.uid === me.uid && (row.enabled === 0 || row.role !== before.role)) {
    throw new AppError('not_allowed', 'Another admin must disable you or change your role.')
  }
  if (row.username !== before.username && (await unit.users.byUsername(row.username))) {
    throw new AppError('username_taken', 'This login name is taken.', { field: 'username' })
  }
  if (before.enabled === 0 && row.enabled === 1) await refuseTooMany(unit, row.company_id)
}
