// Data connected with a person: their groups, deputies, accounts and capacity.
import type { CompanyRow, UserRow } from '../../../entities/index.ts'
import { identityStates } from '../../../rules/access/identity.ts'
import { AppError } from '../../errors.ts'
import type { Unit } from '../../ports.ts'
import { unknownName } from '../access/new-owner.ts'

export type UserLinks = {
  groupIds?: number[] | undefined
  deputyUids?: number[] | undefined
  accountIds?: string[] | undefined
  capacity?: number | undefined
}

export async function writeLinks(unit: Unit, user: UserRow, links: UserLinks): Promise<void> {
  const companyId = user.company_id
  if (links.groupIds) {
    const known = (await unit.groups.list(companyId)).map((group) => group.user_group_id)
    unit.users.setGroups(
      companyId,
      user.uid,
      allKnown(links.groupIds, known, { field: 'groupIds', what: 'group' }),
    )
  }
  if (links.deputyUids) {
    const known = (await unit.users.byUids(links.deputyUids)).filter(
      (one) => one.company_id === companyId && one.uid !== user.uid,
    )
    unit.users.setDeputies(
      companyId,
      user.uid,
      allKnown(
        links.deputyUids,
        known.map((one) => one.uid),
        { field: 'deputyUids', what: 'person' },
      ),
    )
  }
  if (links.accountIds) await writeIdentities(unit, user, links.accountIds)
  if (links.capacity !== undefined) {
    unit.loads.save({
      uid: user.uid,
      company_id: companyId,
      load: 0,
      capacity: links.capacity,
    })
  }
}

async function writeIdentities(unit: Unit, user: UserRow, accountIds: string[]): Promise<void> {
  const accounts = await unit.accounts.list(user.company_id)
  const wanted = allKnown(
    accountIds,
    accounts.map((account) => account.account_id),
    { field: 'accountIds', what: 'account' },
  )
  const had = (await unit.users.identities(user.uid)).map((row) => row.account_id)
  for (const { account_id, appid } of accounts) {
    const serves = wanted.includes(account_id)
    if (!serves && !had.includes(account_id)) continue
    unit.users.setIdentity({
      company_id: user.company_id,
      account_id,
      appid,
      uid: user.uid,
      name: user.name,
      wx_sign: null,
      state: serves ? identityStates.serves : identityStates.left,
    })
  }
}

function allKnown<T>(
  wanted: T[],
  known: T[],
  { field, what }: { field: string; what: string },
): T[] {
  const distinct = [...new Set(wanted)]
  if (distinct.every((one) => known.includes(one))) return distinct
  throw unknownName(field, what)
}

export async function readLinks(unit: Unit, uid: number) {
  const load = await unit.loads.find(uid)
  return {
    groupIds: await unit.users.groupIds(uid),
    deputyUids: await unit.users.deputyUids(uid),
    accountIds: await unit.users.accountIds(uid),
    capacity: load?.capacity ?? 0,
    load: load?.load ?? 0,
  }
}

/**
 * Refuses another person if the company has as many as it may have. The company's row must be
 * locked before, so that nobody else adds a person at the same time.
 */
export async function refuseTooManyPeople(unit: Unit, company: CompanyRow): Promise<void> {
  const most = company.max_agents ?? Infinity
  if ((await unit.users.count(company.company_id)) >= most) {
    throw new AppError('limit_reached', `Your company may have ${most} people.`)
  }
}
