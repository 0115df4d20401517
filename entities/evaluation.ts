import { big, id, int, key, nullable, primary, type Row, table, text } from './columns.ts'

/** The grade of a session, given by a supervisor or by the customer: 1 good, 2 medium, 3 bad. */
export const evaluation = table(
  'session_evaluate',
  {
    session_id: id(primary),
    /** Who gave the grade: `supervisor` or `customer`. */
    kind: key(16, primary),
    company_id: id(),
    uid: int(nullable),
    grade: int(),
    text: text(500, nullable),
    at: big(),
  },
  {
    indices: [{ name: 'ix_session_evaluate_company_id_at', columns: ['company_id', 'at'] }],
  },
)
export type EvaluationRow = Row<typeof evaluation>
