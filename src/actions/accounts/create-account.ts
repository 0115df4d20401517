import type { AccountRow, CompanyRow } from '../../../entities/index.ts'
import { identityStates } from '../../../rules/access/identity.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs, Unit } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { refuseTaken } from '../unique.ts'
import {
  accountColumns,
  newAccountRow,
  refuseHalf,
  type AccountPatch,
  type NewRow,
} from './account-row.ts'

export type NewAccount = AccountPatch & {
  kind?: 'wechat' | 'web' | undefined
  appid?: string | undefined
}
type CreateAccountNeeds = Needs<'store' | 'clock' | 'ids' | 'secrets' | 'bus'>

/**
 * Adds an account to the company. If the company had the same account before and deleted it, it
 * comes back with its customers and sessions.
 */
export async function createAccount(
  needs: CreateAccountNeeds,
  me: Me,
  input: NewAccount,
): Promise<AccountRow> {
  const work = needs.store.work('rest', async (unit) => {
    const company = await unit.companies.lock(me.companyId)
    const before =
      input.appid === undefined ? null : await unit.accounts.anyByAppid(me.companyId, input.appid)
    if (
      !company ||
      (before && (before.company_id !== me.companyId || before.deleted_at === null))
    ) {
      throw appidTaken()
    }
    await refuseTooManyAccounts(unit, company)
    const blank = blankFor(needs, before, {
      companyId: me.companyId,
      kind: input.kind ?? 'wechat',
      appid: input.appid,
    })
    const row = { ...blank, ...accountColumns(needs, blank, input) }
    refuseHalf(row)
    await writeServed(unit, row, before)
    const detail = { appid: row.appid, name: row.name }
    writeAudit(needs, unit, {
      me,
      entry: { action: 'account.created', object: auditName('account', row.account_id), detail },
    })
    return row
  })
  const account = await refuseTaken(needs, appidTaken, work)

  needs.bus.publish('known', me.companyId)
  return account
}

export const appidTaken = () =>
  new AppError('appid_taken', 'This appid is in use already.', { field: 'appid' })

/**
 * The row with which an account is created. An account that was deleted comes back with its old id
 * and name, but without any of its secrets.
 */
export function blankFor(
  needs: Needs<'ids' | 'clock'>,
  before: AccountRow | null,
  wanted: NewRow,
): AccountRow {
  const fresh = newAccountRow(needs, wanted)
  if (!before) return fresh
  const { account_id, name, created_at } = before
  return { ...fresh, account_id, name, created_at }
}

/**
 * Writes the row of a new account. People who serve all existing accounts will also serve it.
 * Access tokens stored for its appid are deleted, because they may be those of another company that
 * had it before.
 */
export async function writeServed(
  unit: Unit,
  row: AccountRow,
  before: AccountRow | null,
): Promise<void> {
  const serving = await unit.users.servingAll(row.company_id)
  if (before) {
    const { account_id, company_id, ...columns } = row
    unit.accounts.change(company_id, account_id, columns)
  } else unit.accounts.insert(row)
  for (const { uid, name } of serving) {
    unit.users.setIdentity({
      company_id: row.company_id,
      account_id: row.account_id,
      appid: row.appid,
      uid,
      name,
      wx_sign: null,
      state: identityStates.serves,
    })
  }
  await unit.tokens.forgetAll(row.appid)
}

/**
 * Refuses another account if the company has as many as it may have. The company's row must be
 * locked before, so that nobody else adds an account at the same time.
 */
export async function refuseTooManyAccounts(unit: Unit, company: CompanyRow): Promise<void> {
  const most = company.max_accounts ?? Infinity
  const many = (await unit.accounts.list(company.company_id)).length
  if (many >= most) throw new AppError('limit_reached', `Your company may have ${most} accounts.`)
}
