import type { Staff } from '../../../rules/session/staff.ts'
import type { Unit } from '../../ports.ts'

/** Everyone in the company, with the facts that decide which customers they may be given. */
export async function staffOf(unit: Unit, companyId: string): Promise<Staff[]> {
  const { users, groups, identities, deputies } = await unit.staff.all(companyId)
  const [groupIds, accountIds, deputyUids] = [
    gathered(groups, (row) => row.user_group_id),
    gathered(identities, (row) => row.account_id),
    gathered(deputies, (row) => row.deputy_uid),
  ]
  return users.map(({ uid, enabled, role }) => ({
    uid,
    enabled: enabled === 1,
    isAgent: role === 'agent',
    groupIds: groupIds.get(uid) ?? [],
    accountIds: accountIds.get(uid) ?? [],
    deputyUids: deputyUids.get(uid) ?? [],
  }))
}

function gathered<T extends { uid: number }, V>(rows: T[], of: (row: T) => V): Map<number, V[]> {
  const all = new Map<number, V[]>()
  for (const row of rows) all.set(row.uid, [...(all.get(row.uid) ?? []), of(row)])
  return all
}
