// The names under which followers see agents. WeChat stores these names (prefix@account, at most a
// hundred). Our copy follows WeChat's list, because WeChat refuses a message sent under a name that
// no longer exists.
import type { AccountRow, KfAccountRow } from '../../../entities/index.ts'
import { isMiniProgram } from '../../../rules/reply/account-type.ts'
import type { Me } from '../access/caller.ts'
import { AppError, isAppError } from '../../errors.ts'
import type { KfListed, KnownAccount, Needs } from '../../ports.ts'
import { writeAudit, auditName } from '../audit.ts'
import { noAccount } from './account-row.ts'

type IdentityNeeds = Needs<'store' | 'clock' | 'ids' | 'known' | 'desk' | 'log'>

const most = 100

export async function listIdentities(needs: Needs<'store'>, me: Me, accountId: string) {
  const { read } = needs.store
  if (!(await read.accounts.find(me.companyId, accountId))) throw noAccount()
  const listed = await read.kf.list(accountId)
  const names = new Map(listed.map((row) => [row.kf_account, row]))
  return {
    items: (await read.kf.identities(me.companyId, accountId)).map((row) => ({
      uid: row.uid,
      name: row.name,
      kfAccount: row.wx_sign,
      nickname: names.get(row.wx_sign ?? '')?.nickname ?? null,
    })),
    next: null,
    listed: listed.map((row) => ({
      kfAccount: row.kf_account,
      kfId: row.kf_id,
      nickname: row.nickname,
      inviteStatus: row.invite_status,
    })),
  }
}

export type Naming = {
  accountId: string
  uid: number
  kfAccount: string | null
  nickname?: string | undefined
}

/**
 * Sets the name under which followers see an agent on one account. A name that WeChat does not list
 * yet is first created there.
 */
export async function nameAgent(
  needs: IdentityNeeds,
  me: Me,
  { accountId, uid, kfAccount, nickname }: Naming,
): Promise<void> {
  const account = await boundAccount(needs, me, accountId)
  const identity = await needs.store.read.users.identity(accountId, uid)
  if (identity?.company_id !== me.companyId) {
    throw new AppError('not_found', 'There is no such person on this account.')
  }
  if (kfAccount !== null) {
    await makeListed(needs, account, { kfAccount, nickname: nickname ?? identity.name })
  }

  await needs.store.work('rest', async (unit) => {
    await unit.accounts.lock(me.companyId, accountId)
    const others = (await unit.kf.identities(me.companyId, accountId)).filter(
      (row) => row.uid !== uid && row.wx_sign === kfAccount,
    )
    if (kfAccount !== null && others.length > 0) {
      throw new AppError('invalid_input', 'Another agent has this name.', { field: 'kfAccount' })
    }
    await unit.kf.sign(identity.customer_service_id, kfAccount)
    writeAudit(needs, unit, {
      me,
      entry: {
        action: 'identity.changed',
        object: auditName('user', uid),
        detail: { accountId, kfAccount },
      },
    })
  })
}

async function boundAccount(
  needs: IdentityNeeds,
  me: Me,
  accountId: string,
): Promise<KnownAccount> {
  const row = await needs.store.read.accounts.find(me.companyId, accountId)
  if (row?.kind !== 'wechat') throw noAccount()
  const known = row.binding === 'unbound' ? null : await needs.known.account(row.appid)
  if (!known) {
    throw new AppError(
      'account_not_bound',
      'The account is not bound: an admin binds it under accounts.',
    )
  }
  return known
}

async function makeListed(
  needs: IdentityNeeds,
  account: KnownAccount,
  kf: { kfAccount: string; nickname: string },
): Promise<void> {
  const listed = await needs.desk.kfAccounts(account)
  if (!listed.some((one) => one.kfAccount === kf.kfAccount)) {
    if (listed.length >= most) {
      throw new AppError(
        'limit_reached',
        `WeChat allows ${most} customer-service names for an account.`,
      )
    }
    await needs.desk.addKfAccount(account, kf)
    listed.push({ ...kf, kfId: '', inviteStatus: null, bound: false })
  }
  await keepList(needs, account, listed)
}

/**
 * Stores WeChat's list of an account's names and returns those of ours that WeChat no longer has.
 */
async function keepList(
  needs: IdentityNeeds,
  account: AccountRow,
  listed: KfListed[],
): Promise<string[]> {
  const now = needs.clock.now()
  const rows = listed.map((one): KfAccountRow => ({
    account_id: account.account_id,
    kf_account: one.kfAccount,
    company_id: account.company_id,
    kf_id: one.kfId || null,
    nickname: Array.from(one.nickname).slice(0, 64).join(''),
    invite_status: one.inviteStatus,
    seen_at: now,
  }))
  return needs.store.work('rest', async (unit) => {
    await unit.accounts.lock(account.company_id, account.account_id)
    unit.kf.replace(account.account_id, rows)
    const known = new Set(rows.map((row) => row.kf_account))
    const gone = (await unit.kf.identities(account.company_id, account.account_id)).filter(
      (row) => row.wx_sign !== null && !known.has(row.wx_sign),
    )
    for (const row of gone) await unit.kf.sign(row.customer_service_id, null)
    return gone.map((row) => row.wx_sign ?? '')
  })
}

/**
 * The job that updates the names. Accounts without named agents are skipped, and an account that
 * may not use names is left alone.
 */
export async function syncIdentities(
  needs: IdentityNeeds,
  companyId: string,
): Promise<{ listed: number; gone: number; refused: number }> {
  const result = { listed: 0, gone: 0, refused: 0 }
  for (const row of await needs.store.read.accounts.list(companyId)) {
    if (row.kind !== 'wechat' || isMiniProgram(row) || row.binding === 'unbound') continue
    const named = (await needs.store.read.kf.identities(companyId, row.account_id)).some(
      (one) => one.wx_sign !== null,
    )
    const account = named ? await needs.known.account(row.appid) : null
    if (!account) continue
    try {
      const listed = await needs.desk.kfAccounts(account)
      const gone = await keepList(needs, account, listed)
      result.listed += listed.length
      result.gone += gone.length
      if (gone.length > 0) {
        needs.log.warn(
          { appid: row.appid, gone },
          'customer-service names are gone at WeChat: their agents write without one',
        )
      }
    } catch (error) {
      if (!isAppError(error)) throw error
      result.refused += 1
      needs.log.info(
        { appid: row.appid, error: error.message },
        'WeChat does not list customer-service names',
      )
    }
  }
  return result
}
