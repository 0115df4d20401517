// The queue is an index of SQL. What differs is read again in SQL one by one before it is added or removed.
import type { Needs, QueueEntry } from '../../ports.ts'
import { queued } from '../../../rules/session.ts'

export async function reconcileQueue(needs: Needs<'store' | 'queue' | 'metrics'>, companyId: string): Promise<{ added: number, removed: number }> {
  const whole = await needs.queue.heads(companyId, [], 0) !== null
  const rows = await needs.store.read.sessions.queued(companyId)
  const indexed = new Map((await needs.queue.entries(companyId)).map((entry) => [entry.id, entry]))
  const differing = rows.filter((row) => {
    const entry = indexed.get(row.session_id)
    indexed.delete(row.session_id)
    return entry?.lane !== row.lane || entry.rank !== row.rank
  }).map((row) => row.session_id)

  const result = { added: 0, removed: 0 }
  for (const id of [...differing, ...indexed.keys()]) {
    const now = await needs.store.read.sessions.find(companyId, id)
    const entry = now?.state === queued ? { id, lane: now.lane ?? 'all', rank: now.rank ?? 0 } : null
    await mend(needs, companyId, { id, entry })
    result[entry ? 'added' : 'removed'] += 1
  }
  if (!whole) await needs.queue.complete(companyId)
  else if (differing.length + indexed.size > 0) needs.metrics.repairs.inc({ what: 'queue' }, differing.length + indexed.size)
  return result
}

async function mend(needs: Needs<'queue'>, companyId: string, { id, entry }: { id: string, entry: QueueEntry | null }): Promise<void> {
  if (entry) await needs.queue.add(companyId, entry)
  else await needs.queue.remove(companyId, id)
}
