import type { UserRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { refuseTaken } from '../unique.ts'
import type { LoginRole } from './signed-in.ts'
import { tellStaff } from './tell-staff.ts'
import { refuseTooManyPeople, writeLinks, type UserLinks } from './user-links.ts'

export type NewUser = UserLinks & {
  username: string
  password: string
  name?: string | undefined
  role: LoginRole
  enabled?: boolean | undefined
}

/**
 * Adds a person to the company. If the call names no accounts, the person serves all accounts of
 * the company.
 */
export async function createUser(
  needs: Needs<'store' | 'clock' | 'ids' | 'bus' | 'passwords'>,
  me: Me,
  input: NewUser,
): Promise<UserRow> {
  const password_hash = await needs.passwords.hash(input.password)
  const work = needs.store.work('rest', async (unit) => {
    const company = await unit.companies.lock(me.companyId)
    if (!company) throw new AppError('not_found', 'There is no such company.')
    await refuseNameTaken(unit, input.username)
    if (input.enabled !== false) await refuseTooManyPeople(unit, company)
    const fresh = {
      company_id: me.companyId,
      username: input.username,
      password_hash,
      name: input.name ?? input.username,
      role: input.role,
      operator: 0,
      enabled: input.enabled === false ? 0 : 1,
      presence: 'offline',
      seen_at: 0,
      created_at: needs.clock.now(),
    }
    const user = {
      uid: await unit.users.insert(fresh),
      ...fresh,
      greeting: null,
      sessions_to: null,
      disabled_by: null,
    }
    const accountIds =
      input.accountIds ??
      (await unit.accounts.list(me.companyId)).map((account) => account.account_id)
    await writeLinks(unit, user, { ...input, accountIds, capacity: input.capacity ?? 50 })
    const detail = { username: user.username, role: user.role }
    writeAudit(needs, unit, {
      me,
      entry: { action: 'user.created', object: auditName('user', user.uid), detail },
    })
    return user
  })
  const made = await refuseTaken(needs, nameTaken, work)

  tellStaff(needs, me.companyId)
  return made
}

export const nameTaken = (field = 'username') =>
  new AppError('username_taken', 'This login name is taken.', { field })

/**
 * Refuses a sign-in name that is in use. If two people take a name at the same moment, only the
 * unique key of the database refuses the second.
 */
export async function refuseNameTaken(unit: Unit, username: string, field?: string): Promise<void> {
  if (await unit.users.byUsername(username)) throw nameTaken(field)
}
