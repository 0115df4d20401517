import { isAppError } from '../../errors.ts'
import { newToken } from '../../ids.ts'
import type { Needs } from '../../ports.ts'
import { createCompany } from './create-company.ts'

type First = { companyId: string; username: string; password: string }

/**
 * On an empty database, creates the first company and its admin, who is also the operator. Returns
 * null if a company exists.
 */
export async function prepareInstallation(
  needs: Needs<'store' | 'clock' | 'ids' | 'passwords'>,
  {
    password = newToken().slice(0, 20),
    name = 'kefu',
  }: { password?: string | undefined; name?: string },
): Promise<First | null> {
  if ((await needs.store.read.companies.list()).length > 0) return null
  try {
    const company = await createCompany(needs, {
      name,
      admin: { username: 'admin', password },
      operator: true,
    })
    return { companyId: company.company_id, username: 'admin', password }
  } catch (error) {
    // another process that started at the same time has created the first company already, so
    // nothing is left to do
    if (needs.store.isDuplicate(error) || isAppError(error, 'username_taken')) return null
    throw error
  }
}
