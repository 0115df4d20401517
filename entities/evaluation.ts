import { EntitySchema } from 'typeorm'
import { big, id, int, key, nullable, primary, text } from './columns.ts'

/** How good a session was: by a supervisor, and by the customer. 1 good, 2 medium, 3 bad. */
export type EvaluationRow = {
  session_id: string
  /** supervisor or customer. */
  kind: string
  company_id: string
  uid: number | null
  grade: number
  text: string | null
  at: number
}

export const evaluation = new EntitySchema<EvaluationRow>({
  name: 'session_evaluate',
  tableName: 'session_evaluate',
  columns: {
    session_id: id(primary),
    kind: key(16, primary),
    company_id: id(),
    uid: int(nullable),
    grade: int(),
    text: text(500, nullable),
    at: big(),
  },
  indices: [{ name: 'ix_session_evaluate_company_id_at', columns: ['company_id', 'at'] }],
})
