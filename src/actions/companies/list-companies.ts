import type { CompanyRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'

export const listCompanies = ({ store }: Needs<'store'>): Promise<CompanyRow[]> =>
  store.read.companies.list()

export async function getCompany({ store }: Needs<'store'>, id: string): Promise<CompanyRow> {
  const row = await store.read.companies.find(id)
  if (!row) throw new AppError('not_found', 'There is no such company.')
  return row
}
