import type { AccountRow } from '../../../entities/index.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, type Actor } from '../audit.ts'
import { patchAccount, type AccountInput } from './account-row.ts'

type Defaulted = 'name' | 'originalId' | 'encodingAesKey' | 'mode' | 'binding' | 'ownLane'
type Given<T, K extends keyof T> = Omit<T, K> & { [P in K]?: T[P] | undefined }
export type NewAccount = Given<AccountInput, Defaulted> & { appid: string, kind?: 'wechat' | undefined }
type CreateNeeds = Needs<'store' | 'clock' | 'ids' | 'secrets' | 'bus'>

/** An account deleted before comes back with its customers and sessions. */
export async function createAccount(needs: CreateNeeds, me: Actor, input: NewAccount): Promise<AccountRow> {
  const account = await needs.store.work('rest', async (unit) => {
    const before = await unit.accounts.anyByAppid(input.appid)
    if (before && (before.company_id !== me.companyId || before.deleted_at === null)) {
      throw new AppError('appid_taken', 'This appid is in use already.', { field: 'appid' })
    }
    await refuseTooMany(unit, me.companyId)
    const blank = before ? { ...before, deleted_at: null, aes_key: null } : newRow(needs, me.companyId, input.appid)
    const row = patchAccount(needs, { ...blank, mode: 'plain', binding: 'direct', own_lane: 0 }, input)
    const serving = await unit.users.servingAll(me.companyId)
    await unit.accounts.save(row)
    for (const { uid, name } of serving) {
      await unit.users.setIdentity({ company_id: me.companyId, account_id: row.account_id, appid: row.appid, uid, name, wx_sign: null, state: 1 })
    }
    const detail = { appid: row.appid, name: row.name }
    await writeAudit(needs, unit, { me, deed: { action: 'account.created', object: `account:${row.account_id}`, detail } })
    return row
  })

  needs.bus.publish('known', me.companyId)
  return account
}

function newRow(needs: CreateNeeds, companyId: string, appid: string): AccountRow {
  return {
    account_id: needs.ids(), company_id: companyId, kind: 'wechat', appid, name: appid, original_id: '', app_secret: null, token: null,
    aes_key: null, mode: 'plain', binding: 'direct', own_lane: 0, site_key: null, allowed_origins: null, deleted_at: null,
    created_at: needs.clock.now(), type: 1, token_previous: null, aes_key_previous: null, keys_changed_at: null, component_appid: null,
    refresh_token: null, unbound_pushes: 0, unbound_push_at: null,
  }
}

async function refuseTooMany(unit: Unit, companyId: string): Promise<void> {
  const most = (await unit.accounts.company(companyId))?.max_accounts ?? Infinity
  const many = (await unit.accounts.list(companyId)).length
  if (many >= most) throw new AppError('limit_reached', `Your company may have ${most} accounts.`)
}
