// When a company switches the setting "reply window that ends first goes first" on or off, every
// queued session needs a new rank. That it is done is recorded at the end, so if a process dies
// half-way another one does it again.
import { rankFor } from '../../../rules/session/routing.ts'
import { queued } from '../../../rules/session/states.ts'
import type { Needs } from '../../ports.ts'
import { tellRanks } from '../transition/place.ts'
import { dueSessions } from './due.ts'

type RankNeeds = Needs<'store' | 'queue' | 'clock' | 'known'>

const atOnce = 50

export async function rerankQueue(
  needs: RankNeeds,
  companyId: string,
): Promise<{ reranked: number }> {
  const company = await needs.known.company(companyId)
  if (!company) return { reranked: 0 }
  const { windowFirst } = company.settings
  const name = `rank:${companyId}`
  const done = (await needs.store.read.installation.remembered(name)) === 'window'
  if (done === windowFirst) return { reranked: 0 }

  let reranked = 0
  const all = { kind: 'queued', before: Number.MAX_SAFE_INTEGER, atOnce } as const
  for await (const ids of dueSessions(needs.store.read, companyId, all)) {
    reranked += await rerankSome(needs, { companyId, windowFirst, ids })
  }
  await needs.store.work('rest', (unit) =>
    unit.installation.remember(name, windowFirst ? 'window' : 'time'),
  )
  return { reranked }
}

async function rerankSome(
  needs: RankNeeds,
  { companyId, windowFirst, ids }: { companyId: string; windowFirst: boolean; ids: string[] },
): Promise<number> {
  if (ids.length === 0) return 0
  const changed = await needs.store.work('rest', async (unit) => {
    const customerIds = (await unit.sessions.customersOf(companyId, ids)).map(
      (row) => row.wx_user_id,
    )
    const customers = new Map(
      (await unit.customers.lockMany(companyId, customerIds)).map((row) => [row.wx_user_id, row]),
    )
    const sessions = await unit.sessions.lockMany(companyId, ids)
    const moved = sessions.flatMap((session) => {
      const customer = customers.get(session.wx_user_id)
      if (session.state !== queued || !customer) return []
      const rank = rankFor(customer, windowFirst, session.queued_at ?? session.add_time)
      return rank === session.rank ? [] : [{ ...session, rank }]
    })
    unit.sessions.rerank(moved)
    return moved
  })
  await tellRanks(needs, changed)
  return changed.length
}
