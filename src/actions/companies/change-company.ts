import type { CompanyRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { forgetLogins, forgetRights } from '../agents/end-logins.ts'
import { writeAudit, auditName } from '../audit.ts'

export type CompanyPatch = Partial<
  Pick<CompanyRow, 'company_name' | 'enabled' | 'expires_at' | 'max_agents' | 'max_accounts'>
>
type ChangeCompanyNeeds = Needs<'store' | 'clock' | 'ids' | 'cache' | 'bus'>

/**
 * Changes a company. If it is disabled, all sign-ins of its people end. What is cached about
 * sign-ins is deleted in any case, because it contains when the company expires.
 */
export async function changeCompany(
  needs: ChangeCompanyNeeds,
  me: Me,
  input: { id: string; patch: CompanyPatch },
): Promise<CompanyRow> {
  const { company, logins } = await needs.store.work('rest', async (unit) => {
    const before = await unit.companies.lock(input.id)
    if (!before) throw new AppError('not_found', 'There is no such company.')
    if (input.patch.enabled === 0 && input.id === me.companyId) {
      throw new AppError('not_allowed', 'You cannot disable your own company.')
    }
    const row = { ...before, ...input.patch }
    unit.companies.change(input.id, input.patch)
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'company.changed',
        object: auditName('company', input.id),
        detail: input.patch,
      },
    })
    const logins = await unit.logins.ofCompany(input.id)
    if (row.enabled !== 1) await unit.logins.endCompany(input.id)
    return { company: row, logins }
  })

  await forgetRights(
    needs,
    logins.map((login) => login.uid),
  )
  await forgetLogins(
    needs,
    logins.map((login) => login.token_hash),
  )
  needs.bus.publish('known', company.company_id)
  return company
}
