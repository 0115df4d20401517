import type { SessionRow } from '../../../entities/index.ts'
import { presentSession } from '../../views/session.ts'
import type { Needs } from '../../ports.ts'

/** Sessions as the outside sees them, with what stands beside each: customer, last line, place in the queue. */
export async function presentSessions(needs: Needs<'store' | 'queue' | 'clock'>, companyId: string, rows: SessionRow[]) {
  if (rows.length === 0) return []
  const customers = new Map((await needs.store.read.customers.byIds(companyId, rows.map((row) => row.wx_user_id)))
    .map((customer) => [customer.wx_user_id, customer]))
  const lastIds = rows.map((row) => row.last_message_id).filter((id) => id !== null)
  const lasts = new Map((lastIds.length > 0 ? await needs.store.read.messages.byIds(lastIds) : []).map((line) => [line.message_id, line]))
  return Promise.all(rows.map(async (row) => {
    const customer = customers.get(row.wx_user_id)
    if (!customer) throw new Error(`session ${row.session_id} without its customer`)
    const before = row.state === 3 && row.lane !== null ? await needs.queue.position(companyId, row.lane, row.session_id) : null
    return presentSession(row, { customer, last: lasts.get(row.last_message_id ?? '') ?? null, position: before === null ? null : before + 1, now: needs.clock.now() })
  }))
}
