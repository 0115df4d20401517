import type { AccountRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, type Actor } from '../audit.ts'
import { newAccountRow, patchAccount, type AccountPatch } from './account-row.ts'

export type NewAccount = AccountPatch & {
  kind?: 'wechat' | 'web' | undefined
  appid?: string | undefined
}
type CreateNeeds = Needs<'store' | 'clock' | 'ids' | 'secrets' | 'bus'>

/** An account deleted before comes back with its customers and sessions. */
export async function createAccount(
  needs: CreateNeeds,
  me: Actor,
  input: NewAccount,
): Promise<AccountRow> {
  const account = await needs.store.work('rest', async (unit) => {
    const before = input.appid === undefined ? null : await unit.accounts.anyByAppid(input.appid)
    if (before && (before.company_id !== me.companyId || before.deleted_at === null)) {
      throw new AppError('appid_taken', 'This appid is in use already.', { field: 'appid' })
    }
    await refuseTooManyAccounts(unit, me.companyId)
    const blank = before
      ? { ...before, deleted_at: null, aes_key: null }
      : newAccountRow(needs, {
          companyId: me.companyId,
          kind: input.kind ?? 'wechat',
          appid: input.appid,
        })
    const row = patchAccount(
      needs,
      { ...blank, mode: 'plain', binding: 'direct', own_lane: 0 },
      input,
    )
    await saveWithServing(unit, row)
    const detail = { appid: row.appid, name: row.name }
    await writeAudit(needs, unit, {
      me,
      deed: { action: 'account.created', object: `account:${row.account_id}`, detail },
    })
    return row
  })

  needs.bus.publish('known', me.companyId)
  return account
}

/** Who serves every account there is serves the new one too. */
export async function saveWithServing(unit: Unit, row: AccountRow): Promise<void> {
  const serving = await unit.users.servingAll(row.company_id)
  await unit.accounts.save(row)
  for (const { uid, name } of serving) {
    await unit.users.setIdentity({
      company_id: row.company_id,
      account_id: row.account_id,
      appid: row.appid,
      uid,
      name,
      wx_sign: null,
      state: 1,
    })
  }
}

export async function refuseTooManyAccounts(unit: Unit, companyId: string): Promise<void> {
  const most = (await unit.accounts.company(companyId))?.max_accounts ?? Infinity
  const many = (await unit.accounts.list(companyId)).length
  if (many >= most) throw new AppError('limit_reached', `Your company may have ${most} accounts.`)
}
