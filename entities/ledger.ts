import { big, id, int, key, long, nullable, primary, type Row, table } from './columns.ts'

/** The ledger: one row for every transition of a session. Rows are only added, never changed. */
export const ledger = table('session_ledger', {
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
})
export type LedgerRow = Row<typeof ledger>
