import { EntitySchema } from 'typeorm'
import { big, id, int, key, long, nullable, primary } from './columns.ts'

/** Every transition of a session, append-only. */
export type LedgerRow = {
  session_id: string
  n: number
  company_id: string
  from_state: number | null
  to_state: number
  actor: string
  reason: string | null
  fence: number
  uid: number | null
  candidates: string | null
  at: number
}

export const ledger = new EntitySchema<LedgerRow>({
  name: 'session_ledger',
  tableName: 'session_ledger',
  columns: {
    session_id: id(primary),
    n: int(primary),
    company_id: id(),
    from_state: int(nullable),
    to_state: int(),
    actor: key(64),
    reason: key(64, nullable),
    fence: int(),
    uid: int(nullable),
    candidates: long(nullable),
    at: big(),
  },
})
