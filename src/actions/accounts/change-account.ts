import type { AccountRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import type { Needs } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { accountColumns, noAccount, refuseHalf, type AccountPatch } from './account-row.ts'

type ChangeAccountNeeds = Needs<'store' | 'clock' | 'ids' | 'secrets' | 'bus'>

export async function changeAccount(
  needs: ChangeAccountNeeds,
  me: Me,
  input: { id: string; patch: AccountPatch },
): Promise<AccountRow> {
  const account = await needs.store.work('rest', async (unit) => {
    const before = await unit.accounts.lock(me.companyId, input.id)
    if (!before) throw noAccount()
    const columns = accountColumns(needs, before, input.patch)
    const row = { ...before, ...columns }
    refuseHalf(row)
    unit.accounts.change(me.companyId, input.id, columns)
    const fields = Object.keys(input.patch)
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'account.changed',
        object: auditName('account', input.id),
        detail: { fields },
      },
    })
    return row
  })

  needs.bus.publish('known', me.companyId)
  return account
}

/**
 * Deletes an account. The row stays so that its customers and sessions can still be read. Its appid
 * becomes free and its secrets are erased.
 */
export async function deleteAccount(
  needs: ChangeAccountNeeds & Needs<'cache'>,
  me: Me,
  id: string,
): Promise<void> {
  const token = await needs.store.work('rest', async (unit) => {
    const row = await unit.accounts.lock(me.companyId, id)
    if (!row) throw noAccount()
    const now = needs.clock.now()
    unit.accounts.change(me.companyId, id, {
      deleted_at: now,
      live_appid: null,
      ...(row.component_appid !== null && { withdrawn_at: now }),
      binding: 'unbound',
      app_secret: null,
      token: null,
      aes_key: null,
      token_previous: null,
      aes_key_previous: null,
    })
    writeAudit(needs, unit, {
      me,
      entry: { action: 'account.deleted', object: auditName('account', id) },
    })
    await unit.tokens.forget({ companyId: me.companyId, key: row.appid })
    return `token:${me.companyId}:${row.appid}`
  })

  await needs.cache.delete(token)

  needs.bus.publish('known', me.companyId)
}
