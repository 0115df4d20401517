import type { AccountRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import type { Needs } from '../../ports.ts'
import { noAccount } from './account-row.ts'

export const listAccounts = ({ store }: Needs<'store'>, me: Me): Promise<AccountRow[]> =>
  store.read.accounts.list(me.companyId)

export async function getAccount(
  { store }: Needs<'store'>,
  me: Me,
  id: string,
): Promise<AccountRow> {
  const row = await store.read.accounts.find(me.companyId, id)
  if (!row) throw noAccount()
  return row
}
