import { big, id, int, primary, type Row, table } from './columns.ts'

/** The row that makes capacity true: load counts sessions in states 0, 1, 2. turn grows with each one they get: the lowest is next. */
export const agentLoad = table('agent_load', {
  uid: int(primary),
  company_id: id(),
  load: int(),
  capacity: int(),
  turn: big(),
})
export type AgentLoadRow = Row<typeof agentLoad>
