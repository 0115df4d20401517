import type { UserGroupRow, UserRow } from '../../../entities/index.ts'
import { pathTo } from '../../../rules/session/group-tree.ts'
import { presenceOf } from '../../../rules/session/presence.ts'
import type { Me } from '../access/caller.ts'
import { AppError } from '../../errors.ts'
import type { Needs } from '../../ports.ts'
import { presentUser } from '../../views/user.ts'
import { readLinks } from './user-links.ts'
import type { ListPage } from '../list-page.ts'

const nextOf = (rows: { uid: number }[], limit: number) =>
  rows.length === limit ? String(rows.at(-1)?.uid) : null
const afterOf = (page: ListPage) => Number.parseInt(page.cursor ?? '0', 10) || 0

export async function showUser(needs: Needs<'store' | 'clock'>, me: Me, uid: number) {
  const row = await needs.store.read.users.find(me.companyId, uid)
  if (!row) throw new AppError('not_found', 'There is no such person in your company.')
  return presentUser(row, await readLinks(needs.store.read, uid), needs.clock.now())
}

/**
 * Returns the row of the signed-in person. They may have been removed since they signed in; then
 * the call is refused as not signed in.
 */
export async function getSelf({ store }: Needs<'store'>, me: Me): Promise<UserRow> {
  const row = await store.read.users.find(me.companyId, me.uid)
  if (!row) throw new AppError('not_signed_in', 'Sign in first.')
  return row
}

export async function listUsers(needs: Needs<'store' | 'clock'>, me: Me, page: ListPage) {
  const now = needs.clock.now()
  const rows = await needs.store.read.users.list(me.companyId, afterOf(page), page.limit)
  const items = await Promise.all(
    rows.map(async (row) => presentUser(row, await readLinks(needs.store.read, row.uid), now)),
  )
  return { items, next: nextOf(rows, page.limit) }
}

export async function listDirectory(
  needs: Needs<'store' | 'clock'>,
  me: Me,
  page: ListPage & { search: string },
) {
  const { users, groups, loads } = needs.store.read
  const now = needs.clock.now()
  const ofCompany = await groups.list(me.companyId)
  const rows = await users.directory(me.companyId, page.search, {
    after: afterOf(page),
    limit: page.limit,
  })
  const loadOf = new Map((await loads.of(rows.map(({ uid }) => uid))).map((row) => [row.uid, row]))
  const items = await Promise.all(
    rows.map(async (row) => ({
      uid: row.uid,
      name: row.name,
      picture: null,
      presence: presenceOf(row, now),
      capacity: loadOf.get(row.uid)?.capacity ?? 0,
      load: loadOf.get(row.uid)?.load ?? 0,
      groups: (await users.groupIds(row.uid)).map((id) => ({ id, path: pathOf(ofCompany, id) })),
    })),
  )
  return { items, next: nextOf(rows, page.limit) }
}

const pathOf = (groups: UserGroupRow[], id: number): string[] =>
  pathTo(groups, id).map((group) => group.user_group_name)
