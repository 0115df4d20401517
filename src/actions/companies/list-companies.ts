import type { CompanyRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'

export const listCompanies = ({ store }: Needs<'store'>): Promise<CompanyRow[]> =>
  store.read.accounts.companies()

export async function getCompany({ store }: Needs<'store'>, id: string): Promise<CompanyRow> {
  const row = await store.read.accounts.company(id)
  if (!row) throw new AppError('not_found', 'There is no such company.')
  return row
}
