import { readSettings, type Settings } from '../../../rules/settings.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { writeAudit, type Actor } from '../audit.ts'

export async function readCompanySettings(needs: Needs<'store'>, me: Actor): Promise<Settings> {
  const company = await needs.store.read.accounts.company(me.companyId)
  if (!company) throw new AppError('not_found', 'There is no such company.')
  return readSettings(company.settings)
}

export async function changeSettings(needs: Needs<'store' | 'clock' | 'ids' | 'bus'>, me: Actor, patch: object): Promise<Settings> {
  const settings = await needs.store.work('rest', async (unit) => {
    const company = await unit.accounts.company(me.companyId)
    if (!company) throw new AppError('not_found', 'There is no such company.')
    const stored = JSON.stringify({ ...JSON.parse(company.settings) as object, ...patch })
    await unit.accounts.saveCompany({ ...company, settings: stored })
    await writeAudit(needs, unit, { me, deed: { action: 'settings.changed', object: `company:${me.companyId}`, detail: patch } })
    return readSettings(stored)
  })

  needs.bus.publish('known', me.companyId)
  return settings
}
