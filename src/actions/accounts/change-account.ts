import type { AccountRow } from '../../../entities/index.ts'
import type { Needs } from '../../ports.ts'
import { writeAudit, type Actor } from '../audit.ts'
import { noAccount, patchAccount, type AccountPatch } from './account-row.ts'

type ChangeNeeds = Needs<'store' | 'clock' | 'ids' | 'secrets' | 'bus'>

export async function changeAccount(
  needs: ChangeNeeds,
  me: Actor,
  input: { id: string; patch: AccountPatch },
): Promise<AccountRow> {
  const account = await needs.store.work('rest', async (unit) => {
    const before = await unit.accounts.find(me.companyId, input.id)
    if (!before) throw noAccount()
    const row = patchAccount(needs, before, input.patch)
    await unit.accounts.save(row)
    const fields = Object.keys(input.patch)
    await writeAudit(needs, unit, {
      me,
      deed: { action: 'account.changed', object: `account:${input.id}`, detail: { fields } },
    })
    return row
  })

  needs.bus.publish('known', me.companyId)
  return account
}

/** The row stays: its customers and sessions are still read. */
export async function deleteAccount(needs: ChangeNeeds, me: Actor, id: string): Promise<void> {
  await needs.store.work('rest', async (unit) => {
    const row = await unit.accounts.find(me.companyId, id)
    if (!row) throw noAccount()
    await unit.accounts.save({
      ...row,
      deleted_at: needs.clock.now(),
      binding: 'unbound',
      token_previous: null,
      aes_key_previous: null,
    })
    await writeAudit(needs, unit, {
      me,
      deed: { action: 'account.deleted', object: `account:${id}` },
    })
  })

  needs.bus.publish('known', me.companyId)
}
