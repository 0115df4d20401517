import type { InboxRow } from '../../../entities/index.ts'
import type { Unit } from '../../ports.ts'
import type { Day } from './day.ts'

/** In the list of what SQL refused, with the line that stands for it. */
export async function keepRefused(unit: Unit, row: InboxRow, day: Day | null): Promise<void> {
  const line = day?.messages.find(({ opercode }) => opercode === 2 || opercode === 5)
  await unit.refused.add({
    inbox_id: row.inbox_id,
    company_id: row.company_id,
    account_id: row.account_id,
    openid: row.openid,
    kind: row.kind,
    message_id: line?.message_id ?? null,
    reader: 0,
    reread_at: null,
    read_at: null,
    read_by: null,
    created_at: row.created_at,
  })
}
