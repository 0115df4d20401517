import type { UserRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { refuseTaken } from '../unique.ts'
import { nameTaken, refuseNameTaken, type NewUser } from './create-user.ts'
import { handOnSessions } from '../sessions/hand-on-sessions.ts'
import { refuseDisabled, unknownName } from '../access/new-owner.ts'
import { endLoginsOf, forgetLogins, forgetRights } from './end-logins.ts'
import type { AssignNeeds } from '../queue/assign-queued.ts'
import { leaveUnservedSoon } from '../queue/leave-unserved.ts'
import { tellStaff } from './tell-staff.ts'
import { refuseTooManyPeople, writeLinks } from './user-links.ts'

export type UserPatch = { [K in keyof NewUser]?: NewUser[K] | undefined } & {
  /** Who gets the person's sessions. It may only be given if the patch disables the person. */
  sessionsTo?: 'queue' | 'deputies' | number | undefined
}
type ChangeUserNeeds = AssignNeeds & Needs<'cache' | 'passwords'>

/**
 * Changes a person. A new password, or disabling them, ends all their sign-ins; a new role takes
 * effect at once. The sessions of a disabled person are handed on before the call is answered, and
 * `handedOn` says how many; if there are too many for that, a job hands on the rest.
 */
export async function changeUser(
  needs: ChangeUserNeeds,
  me: Me,
  input: { uid: number; patch: UserPatch },
): Promise<{ user: UserRow; handedOn: number | null }> {
  const { patch } = input
  const password_hash =
    patch.password === undefined ? null : await needs.passwords.hash(patch.password)
  const work = needs.store.work('rest', async (unit) => {
    const company = await unit.companies.lock(me.companyId)
    const before = await unit.users.lock(me.companyId, input.uid)
    if (!company || !before) {
      throw new AppError('not_found', 'There is no such person in your company.')
    }
    await refuseFormerAdmin(unit, me)
    const columns = { ...columnsOf(patch, password_hash), ...leavingOf(me, patch) }
    const row: UserRow = { ...before, ...columns }
    refuseSelf(me, { before, row })
    await refuseHeir(unit, row, patch)
    if (row.username !== before.username) await refuseNameTaken(unit, row.username)
    if (before.enabled === 0 && row.enabled === 1) await refuseTooManyPeople(unit, company)
    unit.users.change(me.companyId, row.uid, columns)
    await writeLinks(unit, row, patch)
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'user.changed',
        object: auditName('user', row.uid),
        detail: {
          fields: Object.keys(patch),
          ...(patch.sessionsTo !== undefined && { sessionsTo: patch.sessionsTo }),
        },
      },
    })
    const ends = password_hash !== null || row.enabled === 0
    if (ends) await unit.users.setPresence(row.uid, 'offline', needs.clock.now())
    return {
      user: row,
      hashes: ends ? await endLoginsOf(unit, row.uid) : await unit.logins.hashesOf(row.uid),
    }
  })
  const { user, hashes } = await refuseTaken(needs, nameTaken, work)

  await forgetRights(needs, [user.uid])
  tellStaff(needs, me.companyId)
  await forgetLogins(needs, hashes)
  const leaver = { uid: user.uid, to: String(patch.sessionsTo ?? 'queue'), by: me.uid }
  const leaves = patch.enabled === false
  const handedOn = leaves ? await handOnSessions(needs, me.companyId, leaver) : null
  await leaveUnservedSoon(needs, me.companyId)
  return { user, handedOn }
}

/**
 * The columns that say to whom the sessions of a disabled person go. They are stored with the
 * person, so that a job can finish handing them on if this process dies.
 */
function leavingOf(me: Me, { enabled, sessionsTo = 'queue' }: UserPatch): Partial<UserRow> {
  if (enabled === undefined) return {}
  return enabled
    ? { sessions_to: null, disabled_by: null }
    : { sessions_to: String(sessionsTo), disabled_by: me.uid }
}

async function refuseHeir(
  unit: Unit,
  row: UserRow,
  { enabled, sessionsTo }: UserPatch,
): Promise<void> {
  const field = 'sessionsTo'
  if (sessionsTo === undefined) return
  if (enabled !== false) {
    throw new AppError('invalid_input', `${field}: only with enabled: false.`, { field })
  }
  if (typeof sessionsTo !== 'number') return
  const heir = sessionsTo === row.uid ? null : await unit.users.find(row.company_id, sessionsTo)
  if (!heir) throw unknownName(field, 'other person')
  refuseDisabled(heir, field)
}

/**
 * The columns that the call named. No others are written, since somebody else may be changing those
 * at the same time.
 */
const columnsOf = (
  { username, name, role, enabled }: UserPatch,
  password_hash: string | null,
): Partial<UserRow> => ({
  ...(username !== undefined && { username }),
  ...(password_hash !== null && { password_hash }),
  ...(name !== undefined && { name }),
  ...(role !== undefined && { role }),
  ...(enabled !== undefined && { enabled: Number(enabled) }),
})

/**
 * Checks again, with the rows locked, that the caller still is an admin: if two admins disable each
 * other at the same moment, only one of them may succeed, or the company would have no admin left.
 */
async function refuseFormerAdmin(unit: Unit, me: Me): Promise<void> {
  const now = await unit.users.find(me.companyId, me.uid)
  if (now?.enabled !== 1 || now.role !== 'admin') {
    throw new AppError('not_allowed', 'You are no admin any more.')
  }
}

function refuseSelf(me: Me, { before, row }: { before: UserRow; row: UserRow }): void {
  if (row.uid === me.uid && (row.enabled === 0 || row.role !== before.role)) {
    throw new AppError('not_allowed', 'Another admin must disable you or change your role.')
  }
}
