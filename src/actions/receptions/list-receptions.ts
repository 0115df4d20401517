import type { ReceptionRow } from '../../../entities/index.ts'
import type { Me } from '../access/caller.ts'
import type { Needs } from '../../ports.ts'
import { noReception } from './receptions.ts'
import type { ListPage } from '../list-page.ts'

/**
 * A value that sorts after every id, with which the list starts if no cursor is given, so that it
 * begins with the newest reception.
 */
const newest = 'g'

export async function listReceptions(
  { store }: Needs<'store'>,
  me: Me,
  { cursor = newest, limit }: ListPage,
): Promise<{ rows: ReceptionRow[]; next: string | null }> {
  const page = { before: cursor, limit: limit + 1 }
  const rows = await store.read.visits.listReceptions(me.companyId, page)
  const some = rows.slice(0, limit)
  return { rows: some, next: rows.length > limit ? (some.at(-1)?.reception_id ?? null) : null }
}

export async function getReception(
  { store }: Needs<'store'>,
  me: Me,
  id: string,
): Promise<ReceptionRow> {
  const row = await store.read.visits.findReception(me.companyId, id)
  if (!row) throw noReception()
  return row
}
