import type { Reclaimed, ReclaimSoon } from 'kefu-wire'
import type { CustomerRow, ReclaimedRow, SessionRow } from '../../entities/index.ts'
import { presentCustomer } from './customer.ts'
import { presentTime } from './times.ts'

/**
 * A customer who will be reclaimed soon as the API shows them, with the agent who will lose them
 * and the time.
 */
export const presentReclaimSoon = (
  customer: CustomerRow,
  { session, idleMs }: { session: SessionRow | null; idleMs: number },
): ReclaimSoon => ({
  customer: presentCustomer(customer),
  agentUid:
    customer.customer_service_uid > 0 ? customer.customer_service_uid : (session?.uid ?? null),
  sessionId: session?.session_id ?? null,
  idleSince: presentTime(customer.active_at),
  dueAt: presentTime(customer.active_at + idleMs),
})

export const presentReclaimed = (row: ReclaimedRow): Reclaimed => ({
  customerId: row.wx_user_id,
  agentUid: row.uid > 0 ? row.uid : null,
  sessionId: row.session_id,
  at: presentTime(row.at),
  undoneAt: presentTime(row.undone_at),
})
