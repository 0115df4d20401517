import type { CompanyRow } from '../../../entities/index.ts'
import { settingsAtBirth } from '../../../rules/settings.ts'
import type { Needs } from '../../ports.ts'
import { nameTaken, refuseNameTaken } from '../agents/create-user.ts'
import { refuseTaken } from '../unique.ts'

export type NewCompany = {
  name: string
  admin: { username: string; password: string }
  operator?: boolean
}

/** Creates a company together with its first admin, in one transaction. */
export async function createCompany(
  needs: Needs<'store' | 'clock' | 'ids' | 'passwords'>,
  input: NewCompany,
): Promise<CompanyRow> {
  const password_hash = await needs.passwords.hash(input.admin.password)
  const taken = () => nameTaken('admin.username')
  const work = needs.store.work('rest', async (unit) => {
    await refuseNameTaken(unit, input.admin.username, 'admin.username')
    const now = needs.clock.now()
    const company = {
      company_id: needs.ids(),
      company_name: input.name,
      enabled: 1,
      expires_at: null,
      max_agents: null,
      max_accounts: null,
      settings: JSON.stringify(settingsAtBirth),
      created_at: now,
    }
    unit.companies.insert(company)
    const uid = await unit.users.insert({
      company_id: company.company_id,
      username: input.admin.username,
      password_hash,
      name: input.admin.username,
      role: 'admin',
      operator: input.operator ? 1 : 0,
      enabled: 1,
      presence: 'offline',
      seen_at: 0,
      created_at: now,
    })
    unit.loads.save({ uid, company_id: company.company_id, load: 0, capacity: 50 })
    return company
  })
  return refuseTaken(needs, taken, work)
}
