import { presentRefused } from '../../views/refused-push.ts'
import type { Needs } from '../../ports.ts'
import { writeAudit } from '../audit.ts'
import type { Me } from '../access/caller.ts'
import { notFound } from '../access/refuse.ts'
import type { ListPage } from '../list-page.ts'

const newest = { before: Number.MAX_SAFE_INTEGER, id: '' }

function spotOf(cursor: string | undefined): { before: number; id: string } {
  if (cursor === undefined) return newest
  const [before = '', id = ''] = cursor.split('.')
  return { before: Number(before), id }
}

/**
 * Lists refused pushes, newest first. `open` counts those that no admin has seen and no job could
 * read again, up to 500.
 */
export async function listRefused(
  { store: { read } }: Needs<'store'>,
  me: Me,
  { cursor, limit }: ListPage,
) {
  const page = { ...spotOf(cursor), limit: limit + 1 }
  const rows = await read.refused.list(me.companyId, page)
  const some = rows.slice(0, limit)
  const last = rows.length > limit ? some.at(-1) : undefined
  return {
    items: some.map(presentRefused),
    next: last ? `${last.created_at}.${last.inbox_id}` : null,
    open: await read.refused.countOpen(me.companyId),
  }
}

/**
 * The number of refused pushes of all companies that no admin has seen and no job could read again,
 * up to 500, for the metrics.
 */
export const countRefused = ({ store }: Needs<'store'>): Promise<number> =>
  store.read.refused.countOpen()

/** Marks a refused push as seen. If several admins do so, the first one is recorded. */
export async function readRefused(needs: Needs<'store' | 'clock' | 'ids'>, me: Me, id: string) {
  const row = await needs.store.work('rest', async (unit) => {
    const at = needs.clock.now()
    if ((await unit.refused.read(me.companyId, id, { at, uid: me.uid })) === 1) {
      writeAudit(needs, unit, { me, entry: { action: 'push.read', object: id } })
    }
    return unit.refused.find(me.companyId, id)
  })
  if (!row) throw notFound()
  return presentRefused(row)
}
